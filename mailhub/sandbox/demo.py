"""Runs the invented town: a real site in its own folder, a sink that fills its mailboxes, a page to look at them."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from mailhub import config, content, tokens
from mailhub.clock import Clock
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import Service
from mailhub.lists import enrolling, reading
from mailhub.mail import dkim
from mailhub.measures import HostPort
from mailhub.sandbox import writing
from mailhub.sandbox.app import Demo, make_app
from mailhub.sandbox.cast import CAST, DOMAIN, HISTORY, ORGANISER, TOWN, Said
from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.postoffice import PostOffice
from mailhub.sandbox.sink import Sink
from mailhub.settings import Settings
from mailhub.web.server import WebServer

BEFORE = timedelta(days=7)  # how long ago the town's history begins


@contextlib.contextmanager
def town(folder: Path, language: str, port: int, prepare: Callable[[Hub], None]) -> Iterator[str]:
    """The town while the block runs; gives the address of its page. `prepare` makes tables and publishes content."""
    clock = Clock(offset=-BEFORE)
    post = PostOffice(clock.now)

    def deliver(received: Received) -> None:
        post.deliver(received.envelope_from, received.recipients, received.data)

    with Sink(Manners(on_message=deliver)) as sink:
        settings = _settings(folder, language, sink.port)
        bells = Doorbell()
        hub = build_hub(settings, clock=clock, ring=bells.ring, in_helpers=True)
        prepare(hub)
        service = Service(hub, bells, {}, only=frozenset({"inbound", "work", "clock"}))
        service.start()
        try:
            demo = _demo(hub, post, service)
            _remember(demo, language)
            web = WebServer(make_app(demo), HostPort("127.0.0.1", port))
            web.start()
            yield f"http://{web.bound}/?lang={language}"
            web.stop()
        finally:
            service.stop()


def _settings(folder: Path, language: str, relay_port: int) -> Settings:
    """A site that needs no file but its keys."""
    (folder / "secret").write_text(tokens.new_secret() + "\n")
    (folder / "dkim.pem").write_bytes(dkim.generate_key())
    environ: Mapping[str, str] = {
        "MAILHUB_CONFIG": os.devnull,
        "MAILHUB_SITE__NAME": TOWN,
        "MAILHUB_SITE__DOMAIN": DOMAIN,
        "MAILHUB_SITE__LANGUAGE": language,
        "MAILHUB_SITE__ORGANISERS": ORGANISER.mailbox.email,
        "MAILHUB_SITE__DATA_DIR": str(folder),
        "MAILHUB_SITE__SECRET_FILE": str(folder / "secret"),
        "MAILHUB_CONTENT__DIR": str(content.starter()),
        "MAILHUB_INBOUND__SMTP": "127.0.0.1:0",
        "MAILHUB_OUTBOUND__PORT": str(relay_port),
        "MAILHUB_DKIM__SELECTOR": "demo",
        "MAILHUB_DKIM__KEY_FILE": str(folder / "dkim.pem"),
    }
    return config.load(None, environ)


def _demo(hub: Hub, post: PostOffice, service: Service) -> Demo:
    assert service.doors is not None, "the demo opens its door"
    host, port = service.doors.bound["smtp"]
    return Demo(hub, post, (host, port), service.turn, service.settle)


def _remember(demo: Demo, language: str) -> None:
    """Live through the town's history: its people belong to the groups and write, at the real door."""
    hub = demo.hub
    with hub.database.transaction() as session:
        for group in reading.open_lists(session):
            for one in (c for c in CAST if c.is_known):
                enrolling.add(
                    session,
                    group.id,
                    one.mailbox.email,
                    basis="the story of the sandbox",
                    name=one.name,
                    language=language,
                    published=2,
                    now=hub.clock.now(),
                )
    said_so_far: list[bytes] = []
    end = hub.clock.real()
    for said in HISTORY[language]:
        demo.turn(end - timedelta(days=said.days_ago) - hub.clock.now())
        raw = _written(demo, said, said_so_far, language)
        said_so_far.append(raw)
        host, port = demo.door
        writing.hand_in(host, port, said.who.mailbox.email, hub.site.address(said.group), raw)
        demo.settle()
    demo.turn(end - hub.clock.now())


def _written(demo: Demo, said: Said, before: list[bytes], language: str) -> bytes:
    mailbox = said.who.mailbox
    original = before[said.answers] if said.answers is not None else None
    answering = demo.post.as_letter(mailbox.email, original) if original is not None else None
    return writing.compose(
        mailbox,
        demo.hub.site.address(said.group),
        said.subject,
        said.text,
        now=demo.hub.clock.now(),
        language=language,
        answering=answering,
    )
