"""The shape of the configuration: every section, key, type and default, and which values exclude each other.

`config.load` fills it; an empty text stands for «none». `config.example.toml` explains each key.
"""

import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationInfo,
)

from mailhub import measures
from mailhub.clock import is_zone
from mailhub.measures import HostPort, Rate

_SHORTEST_SECRET = 16  # characters
_LONGEST_UNIX_PATH = 107  # bytes, Linux sun_path
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_AUTHSERV_ID = re.compile(r"[^\s;=\"()]{1,253}")
_MAILBOX = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")


def ascii_domain(text: str) -> str | None:
    """A domain as DNS knows it (lower case, A-labels), or None when it is none."""
    domain = text.strip().rstrip(".").lower()
    if not 0 < len(domain) <= 253:
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return domain if all(_LABEL.fullmatch(label) for label in domain.split(".")) else None


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("must be one line of text")
    return value.strip()


def _domain(value: str) -> str:
    domain = ascii_domain(value)
    if domain is None:
        raise ValueError(f'{value!r} is no mail domain; write it as "lists.example.org"')
    return domain


def _mailbox(value: str) -> str:
    if not _MAILBOX.fullmatch(value):
        raise ValueError(f'{value!r} is no address; write it as "anna@example.org", without a name')
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f'{value!r} is no web address; write it as "https://lists.example.org"')
    return value.rstrip("/")


def _zone(value: str) -> str:
    if not is_zone(value):
        raise ValueError(f'{value!r} is no time zone; write it as "Europe/Rome" (names are in the IANA list)')
    return value


def _hour(value: Any) -> Any:
    found = re.fullmatch(r"([01]?\d|2[0-3])[:.]([0-5]\d)", value, re.ASCII) if isinstance(value, str) else None
    if found:
        return time(int(found[1]), int(found[2]))
    if isinstance(value, time) and value.tzinfo is None:
        return value
    raise ValueError(f'{value!r} is no time of day; write it as "7:30"')


def _from_here(path: Path, info: ValidationInfo) -> Path:
    """Relative to the configuration file."""
    return Path(info.context["base"] if info.context else ".", path.expanduser())


def _database(url: str, info: ValidationInfo) -> str:
    scheme, _, rest = url.partition(":///")
    if scheme.startswith("sqlite") and rest and rest != ":memory:":
        return f"{scheme}:///{_from_here(Path(rest), info)}"
    if not re.match(r"(sqlite|postgresql)(\+\w+)?://", url):
        raise ValueError('no such database; write "sqlite:///site.db" or "postgresql://user@host/name"')
    return url


def _door(value: Any) -> Any:
    return measures.host_port(value) if isinstance(value, str) else value


def _door_or_path(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str) or not value.startswith("unix:"):
        return _door(value)
    path = _from_here(Path(value.removeprefix("unix:")), info)
    if len(bytes(path)) > _LONGEST_UNIX_PATH:
        raise ValueError(f"{path} is too long for a socket (at most {_LONGEST_UNIX_PATH} bytes); use a shorter path")
    return path


def _size(value: Any) -> Any:
    return measures.size(value) if isinstance(value, str) else value


def _rate(value: Any) -> Any:
    return measures.rate(value) if isinstance(value, str) else value


def _several(value: Any) -> Any:
    """A list; the environment gives it with commas."""
    return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value


_Optional = BeforeValidator(_none_if_empty)
_Text = Annotated[str | None, _Optional]
_File = Annotated[Path, AfterValidator(_from_here)]
_Networks = Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(_several)]
# pydantic applies these from the right: an empty text becomes None before the type is looked at
_Door = Annotated[Annotated[HostPort, BeforeValidator(_door)] | None, _Optional]
_DoorOrPath = Annotated[HostPort | Path | None, BeforeValidator(_door_or_path), _Optional]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class SiteSection(_Section):
    """Who we are and how we speak."""

    name: Annotated[str, AfterValidator(_line)]
    domain: Annotated[str, AfterValidator(_domain)]
    base_url: Annotated[Annotated[str, AfterValidator(_web_address)] | None, _Optional] = None
    language: Literal["it", "en"] = "it"
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Rome"
    organisers: Annotated[tuple[Annotated[str, AfterValidator(_mailbox)], ...], BeforeValidator(_several)] = ()
    digest_hour: Annotated[time, BeforeValidator(_hour)] = time(7, 30)
    address_style: Literal["sub", "plus"] = "sub"
    data_dir: _File = Path("data")
    secret_file: _File  # load: `secret` in data_dir


class DatabaseSection(_Section):
    """Where the rows are."""

    url: Annotated[str, AfterValidator(_database)] = Field(repr=False)  # load: SQLite in data_dir


class ContentSection(_Section):
    """Where lists, journeys and templates are."""

    dir: _File = Path(".")


class InboundSection(_Section):
    """The doors mail comes in by."""

    smtp: _Door = HostPort("127.0.0.1", 8025)
    lmtp: _DoorOrPath = None
    imap: _Door = None
    imap_security: Literal["tls", "starttls", "none"] = "tls"
    imap_user: _Text = None
    imap_password_file: Annotated[_File | None, _Optional] = None
    imap_password: Annotated[SecretStr | None, _Optional] = None  # from its file or the environment only
    imap_spam: _Text = None
    max_bytes: Annotated[int, Field(ge=65_536), BeforeValidator(_size)] = 25 * 2**20
    trust: Literal["unsigned-loopback", "own", "relay"] = "unsigned-loopback"
    authserv_id: _Text = None
    trusted_relays: _Networks = ()


class OutboundSection(_Section):
    """The server that takes our mail on."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=25, ge=1, le=65_535)
    security: Literal["none", "starttls", "tls"] = "none"
    user: _Text = None
    password_file: Annotated[_File | None, _Optional] = None
    password: Annotated[SecretStr | None, _Optional] = None  # from password_file or the environment only
    connections: int = Field(default=4, ge=1, le=100)
    rate: Annotated[Annotated[Rate, BeforeValidator(_rate)] | None, _Optional] = None
    keeps_ids: bool = True
    arc: bool = False
    provider: Annotated[Literal["generic", "ses", "postmark", "brevo", "mailgun"] | None, _Optional] = None
    webhook_secret_file: Annotated[_File | None, _Optional] = None
    webhook_secret: Annotated[SecretStr | None, _Optional] = None  # from its file or the environment only


class DkimSection(_Section):
    """The keys that sign our mail."""

    selector: _Text = None
    key_file: Annotated[_File | None, _Optional] = None
    next_selector: _Text = None
    next_key_file: Annotated[_File | None, _Optional] = None


class WebSection(_Section):
    """The archive and the console."""

    bind: _Door = HostPort("127.0.0.1", 8080)
    trusted_proxies: _Networks = ()
    public: bool = False


class EngineSection(_Section):
    """What does the work."""

    kind: Literal["embedded", "dramatiq"] = "embedded"
    broker: _Text = Field(default=None, repr=False)
    workers: int = Field(default=2, ge=1, le=64)
    helpers: int = Field(default=1, ge=0, le=16)


class LimitsSection(_Section):
    """How much of a person's attention we take: mails of journeys and campaigns together, service and letters aside."""

    mails_a_day: int = Field(default=1, ge=0, le=100)
    mails_a_week: int = Field(default=4, ge=0, le=500)


class EmptySection(_Section):
    """A section that has no keys yet."""


class Settings(_Section):
    """Everything an operator sets."""

    site: SiteSection
    database: DatabaseSection
    content: ContentSection
    inbound: InboundSection
    outbound: OutboundSection
    dkim: DkimSection
    web: WebSection
    engine: EngineSection
    storage: EmptySection
    streams: EmptySection
    retention: EmptySection
    privacy: EmptySection
    limits: LimitsSection


def conflicts(settings: Settings) -> Iterator[tuple[tuple[str, str], str]]:
    """What is well formed and still cannot be: (section, key) and the complaint with its cure."""
    yield from _unbuilt(settings)
    yield from _open_doors(settings)
    yield from _relays(settings.inbound)
    yield from _mailbox_read(settings.inbound)
    out, dkim, web = settings.outbound, settings.dkim, settings.web
    if out.user and not out.password:
        yield ("outbound", "user"), "a user needs a password: name its file as password_file"
    if out.user and out.security == "none" and not HostPort(out.host, out.port).is_loopback:
        yield ("outbound", "security"), 'a password is never sent unencrypted: use "starttls" or "tls"'
    if out.webhook_secret and not out.provider:
        yield ("outbound", "webhook_secret_file"), 'whose secret? name the provider, such as "ses"'
    if out.webhook_secret and len(out.webhook_secret.get_secret_value()) < _SHORTEST_SECRET:
        cure = "run `openssl rand -hex 24` for one"
        yield ("outbound", "webhook_secret_file"), f"a secret has {_SHORTEST_SECRET} characters at least: {cure}"
    if bool(dkim.selector) != bool(dkim.key_file):
        yield ("dkim", "selector" if dkim.selector else "key_file"), "selector and key_file come together"
    if bool(dkim.next_selector) != bool(dkim.next_key_file):
        yield (
            ("dkim", "next_selector" if dkim.next_selector else "next_key_file"),
            "next_selector and next_key_file come together",
        )
    if out.arc and not dkim.key_file:
        yield ("outbound", "arc"), "a seal is made with the key of DKIM: name it as selector and key_file in [dkim]"
    if web.public and not (settings.site.base_url or "").startswith("https:"):
        yield ("web", "public"), "public pages need an https base_url in [site]"


def _unbuilt(settings: Settings) -> Iterator[tuple[tuple[str, str], str]]:
    if settings.engine.kind == "dramatiq" or settings.engine.broker:
        yield ("engine", "kind"), '"dramatiq" and its broker are not built yet; only "embedded" is'


def _open_doors(settings: Settings) -> Iterator[tuple[tuple[str, str], str]]:
    if settings.inbound.trust != "unsigned-loopback":
        return
    doors = {
        ("inbound", "smtp"): settings.inbound.smtp,
        ("inbound", "lmtp"): settings.inbound.lmtp,
        ("web", "bind"): settings.web.bind,
    }
    for place, door in doors.items():
        if isinstance(door, HostPort) and not door.is_loopback:
            cure = 'use 127.0.0.1 or [::1], or another trust: "own" or "relay"'
            yield place, f'{door} can be reached from outside, and trust is "unsigned-loopback"; {cure}'


def _relays(inbound: InboundSection) -> Iterator[tuple[tuple[str, str], str]]:
    """A front relay is believed by its name, and only from where it stands."""
    if inbound.trust != "relay":
        return
    if not inbound.authserv_id or not _AUTHSERV_ID.fullmatch(inbound.authserv_id):
        cure = 'write it as the server does, the first word of that field, such as "mx.example.org"'
        yield ("inbound", "authserv_id"), f'trust = "relay" needs the name in its Authentication-Results; {cure}'
    by_mailbox_only = inbound.imap is not None and inbound.smtp is None and inbound.lmtp is None
    if not inbound.trusted_relays and not isinstance(inbound.lmtp, Path) and not by_mailbox_only:
        cure = 'such as ["192.0.2.25"], or ["127.0.0.1", "::1"] for one on this machine'
        yield ("inbound", "trusted_relays"), f'trust = "relay" needs the addresses mail is handed in from, {cure}'


def _mailbox_read(inbound: InboundSection) -> Iterator[tuple[tuple[str, str], str]]:
    """A mailbox is somebody's, and what lies in it has come from outside."""
    if inbound.imap is None:
        return
    if not inbound.imap_user or not inbound.imap_password:
        yield (
            ("inbound", "imap_user"),
            "a mailbox needs imap_user, and its password in a file named as imap_password_file",
        )
    if inbound.imap_security == "none" and not inbound.imap.is_loopback:
        yield ("inbound", "imap_security"), 'a password is never sent unencrypted: use "tls" or "starttls"'
    if inbound.trust == "unsigned-loopback":
        cure = 'use "relay" with your provider\'s authserv_id, or "own" (signatures only)'
        yield (
            ("inbound", "trust"),
            f'mail from a mailbox has come from outside, where "unsigned-loopback" proves nothing; {cure}',
        )
