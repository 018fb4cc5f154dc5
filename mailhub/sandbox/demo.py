"""Runs the invented town: a real site in its own folder, a sink that fills its mailboxes, a page to look at them."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask

from mailhub import config, content, tokens
from mailhub.clock import Clock
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import Service
from mailhub.mail import dkim
from mailhub.measures import HostPort
from mailhub.sandbox import app
from mailhub.sandbox.cast import DOMAIN, ORGANISER, TOWN
from mailhub.sandbox.desk import Demo
from mailhub.sandbox.living import Living
from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.postoffice import PostOffice
from mailhub.sandbox.sink import Sink
from mailhub.settings import Settings
from mailhub.web.app import make_app
from mailhub.web.server import WebServer, listen

BEFORE = timedelta(days=7)  # how long ago the town's history begins
LOOPBACK = "127.0.0.1"
WORKS = frozenset({"inbound", "work", "clock"})


@contextlib.contextmanager
def town(
    folder: Path, language: str, port: int, prepare: Callable[[Hub], None], stopping: threading.Event
) -> Iterator[str]:
    """The town while the block runs; gives the address of its page.

    `prepare` makes tables and publishes content. Once `stopping` is set what is left of its past is skipped.
    """
    with contextlib.ExitStack() as open_things:
        page = listen(HostPort(LOOPBACK, port), "--port")
        open_things.callback(page.close)
        demo = open_things.enter_context(living_town(folder, language, prepare, stopping))
        _serve(open_things, app.make_app(demo), page)
        yield f"http://{LOOPBACK}:{page.getsockname()[1]}/?lang={language}"


@contextlib.contextmanager
def living_town(
    folder: Path,
    language: str,
    prepare: Callable[[Hub], None],
    stopping: threading.Event,
    *,
    in_helpers: bool = True,
) -> Iterator[Demo]:
    """The town without the page to look at it; `in_helpers` is for `build_hub`."""
    with contextlib.ExitStack() as open_things:
        pages = listen(HostPort(LOOPBACK, 0))  # of the site: links in its mails lead here
        open_things.callback(pages.close)
        clock = Clock(-BEFORE)
        post = PostOffice(clock.now)
        sink = open_things.enter_context(Sink(Manners(on_message=lambda received: _deliver(post, received))))
        bells = Doorbell()
        settings = _settings(folder, language, sink.port, f"http://{LOOPBACK}:{pages.getsockname()[1]}")
        hub = build_hub(settings, clock=clock, ring=bells.ring, in_helpers=in_helpers)
        service = Service(hub, bells, {}, only=WORKS)
        open_things.callback(service.stop)
        prepare(hub)
        service.start()
        living = Living(hub, post, service)
        living.remember(language, stopping)
        _serve(open_things, make_app(hub), pages)
        yield Demo(hub, post, living)


def _serve(open_things: contextlib.ExitStack, application: Flask, listening: socket.socket) -> None:
    web = WebServer(application, listening)
    open_things.callback(web.stop)
    web.start()


def _deliver(post: PostOffice, received: Received) -> None:
    post.deliver(received.recipients, received.data)


def _settings(folder: Path, language: str, relay_port: int, base_url: str) -> Settings:
    """A site that needs no file but its keys."""
    (folder / "secret").write_text(tokens.new_secret() + "\n")
    (folder / "dkim.pem").write_bytes(dkim.generate_key())
    environ = {
        "MAILHUB_CONFIG": os.devnull,
        "MAILHUB_SITE__NAME": TOWN,
        "MAILHUB_SITE__DOMAIN": DOMAIN,
        "MAILHUB_SITE__BASE_URL": base_url,
        "MAILHUB_SITE__LANGUAGE": language,
        "MAILHUB_SITE__ORGANISERS": ORGANISER.mailbox.email,
        "MAILHUB_SITE__DATA_DIR": str(folder),
        "MAILHUB_SITE__SECRET_FILE": str(folder / "secret"),
        "MAILHUB_CONTENT__DIR": str(content.starter()),
        "MAILHUB_INBOUND__SMTP": f"{LOOPBACK}:0",
        "MAILHUB_OUTBOUND__PORT": str(relay_port),
        "MAILHUB_DKIM__SELECTOR": "demo",
        "MAILHUB_DKIM__KEY_FILE": str(folder / "dkim.pem"),
    }
    return config.load(None, environ)
