"""What every room may know of the site it works for."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from mailhub.settings import ascii_domain
from mailhub.tokens import Keys

if TYPE_CHECKING:
    from mailhub.config import Settings

FRONT_DESK = "hub"  # its local part; in plus style the one mailbox there is
LANGUAGES = ("it", "en")
_LONGEST_LOCAL_PART = 64  # octets, RFC 5321 section 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its name, its addresses, its links, its keys."""

    name: str
    domain: str
    keys: Keys
    base_url: str | None = None
    language: str = "it"
    time_zone: str = "Europe/Rome"
    address_style: Literal["sub", "plus"] = "sub"
    organisers: tuple[str, ...] = ()
    data_dir: Path = Path("data")
    languages: tuple[str, ...] = LANGUAGES
    digest_hour: time = time(7, 30)
    provider: str = ""  # who carries our mail on and tells what came back, by name
    content_dir: Path | None = None  # where the organisers' own layouts may be
    mails_a_day: int = 1  # of journeys and campaigns together, to one person; 0: as many as there are
    mails_a_week: int = 4
    answers_by_token: bool = (
        False  # the next hop writes ids nobody knows: an answer to a message names it by its address
    )
    seals: bool = False  # copies of posts carry what we found when those came (ARC)

    @classmethod
    def of(cls, settings: "Settings", keys: Keys) -> Self:
        """The site these settings describe."""
        ours = settings.site
        return cls(
            name=ours.name,
            domain=ours.domain,
            keys=keys,
            base_url=ours.base_url,
            language=ours.language,
            time_zone=ours.time_zone,
            address_style=ours.address_style,
            organisers=ours.organisers,
            data_dir=ours.data_dir,
            digest_hour=ours.digest_hour,
            provider=settings.outbound.provider or "",
            content_dir=settings.content.dir,
            mails_a_day=settings.limits.mails_a_day,
            mails_a_week=settings.limits.mails_a_week,
            answers_by_token=not settings.outbound.keeps_ids,
            seals=settings.outbound.arc,
        )

    @property
    def secure(self) -> bool:
        """Whether pages are reached by https; only then may a mail carry a one-click link."""
        return (self.base_url or "").startswith("https://")

    def address(self, local: str) -> str:
        """The whole address of one of our local parts."""
        if self.address_style == "plus" and local != FRONT_DESK:
            return f"{FRONT_DESK}+{local}@{self.domain}"
        return f"{local}@{self.domain}"

    def local_part(self, address: str) -> str | None:
        """Our local part of an address, in lower case; None when it is not an address of ours."""
        local, at, domain = address.rpartition("@")
        if not at or not 0 < len(local.encode(errors="replace")) <= _LONGEST_LOCAL_PART:
            return None
        if ascii_domain(domain) != self.domain:
            return None
        local = local.lower()
        if self.address_style == "sub" or local == FRONT_DESK:
            return local
        return local.removeprefix(f"{FRONT_DESK}+") or None if local.startswith(f"{FRONT_DESK}+") else None

    def link(self, path: str) -> str | None:
        """The URL of one of our pages; None on a site without a web address."""
        return None if self.base_url is None else f"{self.base_url}/{path.lstrip('/')}"
