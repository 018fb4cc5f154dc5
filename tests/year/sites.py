"""The three ways to run a site, as real processes with a world around them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailhub.cli.bench.nameserver import NameServer
from mailhub.inbound.mailbox import INBOX
from mailhub.mail.wire import crlf
from mailhub.sandbox.manners import Manners
from mailhub.sandbox.sink import Sink
from tests import relaying
from tests.inbound.dovecot import PASSWORD, client, dovecot, needed
from tests.live.site import DOMAIN, Collector, LiveSite
from tests.mail.signing import record, signed
from tests.stories.mailboxes import PROVIDER, delivered
from tests.year.living import Life, prepare
from tests.year.scenes import EIGHT, OLGA

HUB = f"hub@{DOMAIN}"
DOMAINS = {one.partition("@")[2] for one in (*EIGHT, OLGA)} | {"new.example"}
ZONE = {
    **{f"s1._domainkey.{domain}": record() for domain in DOMAINS},
    **{f"_dmarc.{domain}": "v=DMARC1; p=reject" for domain in DOMAINS},
}
OWN = {'trust = "unsigned-loopback"': 'trust = "own"'}


@contextmanager
def port_25(folder: Path) -> Iterator[Life]:
    """Mail comes in and goes out as it is."""
    post = Collector()
    with NameServer(ZONE) as names, Sink(Manners(on_message=post.take)) as sink:
        site = LiveSite(folder / "site", sink.port, {"MAILHUB_TEST_DNS": names.address})
        prepare(site, OWN)
        with running(site):
            yield Life(site, post, by_smtp)


@contextmanager
def behind_relay(folder: Path) -> Iterator[Life]:
    """A provider takes mail on and rewrites it; what comes back to it is passed to the group's address."""
    post = Collector()
    with NameServer(ZONE) as names, relaying.relay(post.take) as sink:
        site = LiveSite(folder / "site", sink.port, {"MAILHUB_TEST_DNS": names.address})
        prepare(site, OWN)
        with running(site):
            yield Life(site, post, by_smtp, bounces_to=f"garden@{DOMAIN}")


@contextmanager
def by_mailbox(folder: Path) -> Iterator[Life]:
    """One mailbox at a provider that rewrites, read from a real Dovecot; what comes back lies in it too."""
    post = Collector()
    with ExitStack() as stack:
        port = stack.enter_context(dovecot(needed()))
        sink = stack.enter_context(relaying.relay(post.take))
        site = LiveSite(folder / "site", sink.port)
        password = folder / "imap"
        password.write_text(PASSWORD)
        mailbox = [f'imap = "127.0.0.1:{port}"', f'imap_user = "{HUB}"', f'imap_password_file = "{password}"']
        mailbox += ['imap_security = "none"', 'trust = "relay"', f'authserv_id = "{PROVIDER}"']
        prepare(
            site,
            {
                'smtp = "127.0.0.1:0"': 'smtp = ""',
                'trust = "unsigned-loopback"': "\n".join(mailbox),
                f'domain = "{DOMAIN}"': f'domain = "{DOMAIN}"\naddress_style = "plus"',
            },
        )

        def puts(_site: LiveSite, raw: bytes, sender: str, recipient: str) -> None:
            with client(port, HUB) as owner:
                assert owner.append(INBOX, "", "", crlf(delivered(raw, sender, recipient)))[0] == "OK"

        with running(site):
            yield Life(site, post, puts, bounces_to=HUB, plus=True)


WAYS = {"port 25": port_25, "relay": behind_relay, "mailbox": by_mailbox}


def by_smtp(site: LiveSite, raw: bytes, sender: str, recipient: str) -> None:
    """As its author's server does it: signed. A server that gives mail back signs nothing."""
    site.send(sender, recipient, signed(crlf(raw), sender.rpartition("@")[2]) if sender else crlf(raw))


@contextmanager
def running(site: LiveSite) -> Iterator[None]:
    site.start()
    try:
        yield
    finally:
        site.kill()
