"""The configuration `init` writes, by how mail comes in and goes out; and what the servers beside it are told. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from mailhub.measures import HostPort

SELECTOR = "mailhub"
RELAY_PASSWORD, IMAP_PASSWORD = "relay-password", "imap-password"
LMTP, PAGES = "127.0.0.1:8024", "127.0.0.1:8080"
CADDYFILE, POSTFIX = "Caddyfile", "postfix-main.cf"
_TO_TRY_IT = """# To begin with, only programs on this machine may hand mail in, and only what has no Received field
# counts as its author's own. Before the world writes here: "own" or "relay", as docs/sysadmins.md says.
"""
_SECURITY = {465: "tls", 587: "starttls"}


class WayIn(StrEnum):
    """How mail comes to the site."""

    LOCAL = "local"  # from programs of this machine, to try it
    OWN = "own"  # its own port 25
    RELAY = "relay"  # a mail server on this machine hands it on
    IMAP = "imap"  # it lies in one mailbox at a provider


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` was told."""

    name: str
    domain: str
    language: str
    time_zone: str
    organiser: str
    relay: HostPort
    relay_user: str = ""
    way_in: WayIn = WayIn.LOCAL
    imap: HostPort | None = None
    imap_user: str = ""
    plus: bool = False
    url: str = ""


def configuration(told: Answers) -> str:
    """The file, whose values are the site's; what it leaves out is explained beside it."""
    return (
        f"""# The site's configuration. Every key, with its default and why: config.example.toml beside this file.

[site]
name = {_quoted(told.name)}
domain = {_quoted(told.domain)}
language = {_quoted(told.language)}
time_zone = {_quoted(told.time_zone)}
organisers = [{_quoted(told.organiser)}]
{_lines(**({"base_url": told.url} if told.url else {}), **({"address_style": "plus"} if told.plus else {}))}
[inbound]
{_inbound(told)}
[outbound]
{_outbound(told)}
[dkim]
selector = "{SELECTOR}"
key_file = "dkim.pem"

[web]
bind = "{PAGES}"
{'trusted_proxies = ["127.0.0.1"]' if told.url else ""}
""".rstrip("\n")
        + "\n"
    )


def _inbound(told: Answers) -> str:
    match told.way_in:
        case WayIn.OWN:
            return _lines(smtp="0.0.0.0:25", trust="own")
        case WayIn.RELAY:
            relays = 'trusted_relays = ["127.0.0.1", "::1"]\n'
            return _lines(smtp="", lmtp=LMTP, trust="relay", authserv_id=told.domain) + relays
        case WayIn.IMAP:
            place = {"imap": str(told.imap), "imap_user": told.imap_user, "imap_password_file": IMAP_PASSWORD}
            # What the provider calls itself is not known yet; until then only signatures count.
            said = "# `mailhub doctor --write` writes here what your provider calls itself, once a mail has shown it.\n"
            return _lines(smtp="", **place) + said + _lines(trust="own")
        case WayIn.LOCAL:
            return _lines(smtp="127.0.0.1:8025") + _TO_TRY_IT + _lines(trust="unsigned-loopback")


def _outbound(told: Answers) -> str:
    security = "none" if told.relay.is_loopback else _SECURITY.get(told.relay.port, "starttls")
    if told.relay.port == 25 and not told.relay_user:
        security = "none"  # as servers among themselves; with a login a password would travel
    login = {"user": told.relay_user, "password_file": RELAY_PASSWORD} if told.relay_user else {}
    where = f"{_lines(host=told.relay.host)}port = {told.relay.port}\n"
    return where + (_lines(security=security) if security != "none" else "") + _lines(**login)


def caddyfile(told: Answers) -> str:
    """For Caddy, which fetches certificates by itself."""
    return f"""{urlsplit(told.url).netloc} {{
	@inner path /healthz /readyz /metrics
	respond @inner 404
	reverse_proxy {PAGES}
}}
"""


def postfix(told: Answers) -> str:
    """For the end of Postfix's main.cf."""
    return f"""# mailhub: mail for {told.domain} is handed on by LMTP. The domain must not also stand in mydestination.
relay_domains = {told.domain}
relay_transport = lmtp:inet:{LMTP}
# mailhub knows its addresses: ask it before saying yes, so that nothing is bounced later
smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, reject_unverified_recipient
unverified_recipient_reject_code = 550
# as [inbound] max_bytes
message_size_limit = 26214400
"""


def _lines(**values: str) -> str:
    return "".join(f"{key} = {_quoted(value)}\n" for key, value in values.items())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
