"""Runs the invented town: a real site in its own folder, a sink that fills its mailboxes, a page to look at them."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from mailhub import config, content, tokens
from mailhub.clock import Clock, at_local, local
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import Service
from mailhub.lists import enrolling, reading
from mailhub.mail import dkim
from mailhub.measures import HostPort
from mailhub.sandbox import app, writing
from mailhub.sandbox.app import Demo
from mailhub.sandbox.cast import AWAKE, CAST, DOMAIN, HISTORY, ORGANISER, TOWN, Said
from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.postoffice import PostOffice
from mailhub.sandbox.sink import Sink
from mailhub.settings import Settings
from mailhub.web.app import make_app
from mailhub.web.server import WebServer, listen

BEFORE = timedelta(days=7)  # how long ago the town's history begins
LOOPBACK = "127.0.0.1"
KNOWN_POSTS = 2  # its people are no newcomers
WORKS = frozenset({"inbound", "work", "clock"})


@contextlib.contextmanager
def town(
    folder: Path, language: str, port: int, prepare: Callable[[Hub], None], stopping: threading.Event
) -> Iterator[str]:
    """The town while the block runs; gives the address of its page.

    `prepare` makes tables and publishes content. Once `stopping` is set what is left of its history is skipped.
    """
    with contextlib.ExitStack() as open_things:
        page = listen(HostPort(LOOPBACK, port), "--port")
        pages = listen(HostPort(LOOPBACK, 0))  # of the site: links in its mails lead here
        open_things.callback(page.close)
        open_things.callback(pages.close)
        clock = Clock(-BEFORE)
        post = PostOffice(clock.now)
        sink = open_things.enter_context(Sink(Manners(on_message=lambda received: _deliver(post, received))))
        bells = Doorbell()
        settings = _settings(folder, language, sink.port, f"http://{LOOPBACK}:{pages.getsockname()[1]}")
        hub = build_hub(settings, clock=clock, ring=bells.ring, in_helpers=True)
        service = Service(hub, bells, {}, only=WORKS)
        open_things.callback(service.stop)
        prepare(hub)
        service.start()
        demo = _demo(hub, post, service)
        _remember(demo, language, stopping)
        for application, listening in ((make_app(hub), pages), (app.make_app(demo), page)):
            web = WebServer(application, listening)
            open_things.callback(web.stop)
            web.start()
        yield f"http://{LOOPBACK}:{page.getsockname()[1]}/?lang={language}"


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


def _demo(hub: Hub, post: PostOffice, service: Service) -> Demo:
    assert service.doors is not None, "the demo opens its door"
    host, port = service.doors.bound["smtp"]
    return Demo(hub, post, (host, port), service.next_due, service.turn, service.settle)


def _remember(demo: Demo, language: str, stopping: threading.Event) -> None:
    """Live through the town's history: its people belong to the groups and write, at the real door."""
    hub, history = demo.hub, HISTORY[language]
    _enrol(hub, language)
    zone = hub.site.time_zone
    today = local(hub.clock.real(), zone).date()
    for said in history:
        if stopping.is_set():
            return
        demo.turn(at_local(today - timedelta(days=said.days_ago), said.at, zone) - hub.clock.now())
        _say(demo, said, history[said.answers] if said.answers is not None else None, language)
    demo.turn(at_local(today, AWAKE, zone) - hub.clock.now())
    demo.post.open_all()


def _enrol(hub: Hub, language: str) -> None:
    with hub.database.transaction() as session:
        for group in reading.open_lists(session):
            for one in (one for one in CAST if one.is_known):
                enrolling.add(
                    session,
                    group.id,
                    one.mailbox.email,
                    basis="the story of the sandbox",
                    name=one.name,
                    language=language,
                    published=KNOWN_POSTS,
                    now=hub.clock.now(),
                )


def _say(demo: Demo, said: Said, original: Said | None, language: str) -> None:
    """One message of the history; an answer names the message as its author sent it."""
    hub, author = demo.hub, said.who.mailbox
    read = demo.post.letters(original.who.mailbox.email) if original else []
    answering = next((letter.mail for letter in read if original and letter.mail.subject == original.subject), None)
    to, now, zone = hub.site.address(said.group), hub.clock.now(), hub.site.time_zone
    raw = writing.compose(
        author, to, said.subject, said.text, now=now, language=language, zone=zone, answering=answering
    )
    writing.hand_in(*demo.door, author, to, raw)
    demo.post.remember_sent(author.email, raw)
    demo.settle()
