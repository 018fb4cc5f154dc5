"""What every page of the sandbox works with: the town behind it, whose mailbox it is, what its address says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailhub.hub.build import Hub
from mailhub.sandbox.cast import Somebody, somebody
from mailhub.sandbox.living import Turned
from mailhub.sandbox.postoffice import PostOffice
from mailhub.site import LANGUAGES

DEMO = "MAILHUB_DEMO"

pages = Blueprint("demo", __name__)


class Life(Protocol):
    """The town as it goes on; `living` makes one."""

    door: tuple[str, int]  # the real SMTP door

    def next_due(self) -> datetime | None: ...

    def settle(self) -> bool: ...

    def turn(self, by: timedelta, language: str) -> Turned: ...

    def speak(self, language: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Demo:
    """What the pages work with."""

    hub: Hub
    post: PostOffice
    life: Life
    begun: dict[int, datetime] = field(default_factory=dict)  # since when a step counts that was begun again


@pages.url_defaults
def _keep(_endpoint: str, values: dict[str, Any]) -> None:
    """The language and the step in the panel go along from page to page."""
    values.setdefault("lang", language())
    if (step := request.args.get("tour")) is not None:
        values.setdefault("tour", step)


def demo() -> Demo:
    found: Demo = current_app.config[DEMO]
    return found


def language() -> str:
    """The language the visitor reads."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or demo().hub.site.language


def owner(key: str) -> Somebody:
    return somebody(key) or abort(404)


def fields(given: Mapping[str, str]) -> dict[str, str]:
    """What a form of ours holds."""
    return {name: given.get(name, "") for name in ("to", "subject", "text", "answering")}


def back(who: Somebody, said: str) -> AnyResponse:
    """To the mailbox, which begins with what came of it."""
    return redirect(url_for("demo.mailbox", who=who.key, said=said), 303)
