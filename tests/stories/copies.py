"""Reads every copy that leaves in a story: its bytes by the linter, its words by the rules of tone."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import sqlalchemy as sa

from mailhub import tokens
from mailhub.delivery.copies import Copy
from mailhub.delivery.tables import Mailing
from mailhub.hub.build import Hub
from mailhub.language import COLUMNS, LANGUAGES, entries
from mailhub.lists import reading
from mailhub.lists.definition import Addresses
from mailhub.lists.tables import MailList
from mailhub.people.tables import Address
from mailhub.tokens import DeliveryKey
from mailhub.wording import faults as tone
from mailhub.wording import mail_faults
from tests.mail.htmllint import lint as lint_html
from tests.mail.htmllint import words_of
from tests.mail.lint import lint

KINDS = {
    "lists.post": "post",
    "lists.service": "service",
    "site.service": "service",
    "delivery.mailbox": "service",
    "delivery.alarm": "service",
    "site.data": "service",
    "lists.relay": "relay",
    "digests.letter": "letter",
    "digests.monday": "service",
    "journeys.step": "step",
    "journeys.service": "service",
}
TABLES = (  # rows below a sentence, as many as there are
    "digests.settings",
    "digests.status",
    "lists.directory",
    *(f"monday.{name}" for name in ("letter", "receipt", "nothing", "unclear")),
)
CUT = "\n-- \n"  # above the two last lines
OF_A_LIST = ("List-Id", "List-Post", "List-Unsubscribe", "Precedence")


@dataclass(frozen=True, slots=True)
class Sent:
    """One copy, with the rows that caused it."""

    copy: Copy
    message: EmailMessage
    mailing: Mailing
    key: DeliveryKey

    @property
    def kind(self) -> str:
        """A post, a service mail, private mail between members, a step of a journey, or a letter that is passed on."""
        kind = KINDS[self.mailing.source]
        return "passed on" if kind == "relay" and self.message["Auto-Submitted"] else kind

    @property
    def entry(self) -> str:
        """The entry of the catalogue a service mail was made of."""
        name = self.mailing.key.partition("/")[0].rpartition(".")[0]
        return name if "." in name else f"lists.{name}"

    @property
    def language(self) -> str:
        return self.mailing.key.split("/")[1]

    @property
    def own_words(self) -> str:
        """Our text and the two lines below, without what we quote, or show of organisers' files."""
        part = self.message.get_body(("plain",))
        text = str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
        if self.entry.startswith("publishing."):
            above, _, below = text.partition("-" * COLUMNS)
            text = f"{above}{CUT}{below.rpartition(CUT)[2]}" if below else text
        return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def look_up(hub: Hub, copy: Copy) -> Sent:
    """Find what caused a copy by the mark that a bounce would bring back."""
    message = message_from_bytes(copy.data, policy=policy.default)
    key = hub.site.keys.read_delivery_mark(str(message["X-Mailhub-Delivery"]))
    assert key is not None, "a copy without our mark"
    with hub.database.reading() as session:
        return Sent(copy, message, session.get_one(Mailing, key.mailing), key)


def faults(hub: Hub, sent: Sent) -> list[str]:
    """What is wrong with a copy."""
    is_transparent = sent.kind == "post" and "lists.test" not in str(sent.message["DKIM-Signature"])
    kind = {"relay": "post", "passed on": "service", "step": "letter"}.get(sent.kind, sent.kind)
    found = lint(sent.copy.data, kind=kind, domain=hub.site.domain, signed=True, transparent=is_transparent)
    if sent.kind == "relay":  # private mail: no field of a list
        found = [fault for fault in found if not fault.startswith(OF_A_LIST)]
    if sent.kind == "service":
        found += _words(sent)
    if sent.kind in ("service", "letter"):
        found += _as_html(sent)
    found += _secrets(hub, sent)
    return [f"{sent.mailing.source} {sent.mailing.key} to {sent.copy.envelope_to}: {fault}" for fault in found]


def _as_html(sent: Sent) -> list[str]:
    """The HTML is there, sound, and says what the text says, in whatever mail program."""
    part, plain = sent.message.get_body(("html",)), sent.message.get_body(("plain",))
    if part is None or plain is None:
        return ["there is no HTML beside the text"]
    html = str(part.get_content())
    shown = set(re.findall(r"[^\W\d_]{4,}", words_of(html)))
    said = set(re.findall(r"[^\W\d_]{4,}", re.sub(r"\S+(?:@|://)\S+", " ", str(plain.get_content()))))
    language = str(sent.message["Content-Language"])
    missing = sorted(said - shown)
    return [f"HTML: {fault}" for fault in lint_html(html, language)] + (
        [f"HTML lacks {missing[:5]}"] if missing else []
    )


def _secrets(hub: Hub, sent: Sent) -> list[str]:
    """Tokens of other people (S-08), and other people's addresses where the group hides them."""
    decoded = "\n".join((str(sent.message), *(_text(part) for part in sent.message.walk())))
    found = [f"a token of person {of}" for of in _tokens_of(hub, decoded) if of not in (0, sent.key.person)]
    if sent.kind in ("post", "relay"):
        with hub.database.reading() as session:
            group = session.get(MailList, sent.mailing.list_id or 0)
            others = session.scalars(sa.select(Address.email).where(Address.person_id != sent.key.person)).all()
        if group is not None and reading.definition_of(group).addresses is Addresses.HIDDEN:
            found += [f"the address {email}" for email in others if email in decoded]
    return found


def _tokens_of(hub: Hub, text: str) -> set[int]:
    """Whose tokens stand in a text; a lasting address in a group (`p.`) is there for everybody."""
    texts = re.findall(r"(?:\b[ru]\.|/(?:u|a|me)/)([a-z2-7]{37,47})", text)
    known = {token.person for token in map(tokens.peek, texts) if token is not None}
    bounces = (hub.site.keys.read_bounce(found) for found in re.findall(r"\bb\.([a-z2-7]{40})", text))
    return known | {key.person for key in bounces if key is not None}


def _text(part: EmailMessage) -> str:
    if part.is_multipart():
        return ""
    return str(part.get_content()) if part.get_content_maintype() == "text" else ""


def _words(sent: Sent) -> list[str]:
    room = sent.entry.partition(".")[0]
    missing = [name for name in LANGUAGES if f"{sent.entry}.text" not in entries(name, room)]
    text, _, _ = sent.own_words.partition(CUT)
    text, _, _ = text.partition("-" * COLUMNS)  # texts of members that were asked for
    text = text.partition("\n\n")[0] if sent.entry in TABLES else text
    text = re.sub(r"^\d+ .*\n", "", text, flags=re.MULTILINE)  # choices to answer with a number, and what each did
    found = [f"there are no words in {name}" for name in missing]
    found += mail_faults(sent.language, str(sent.message["Subject"]), text)
    plain = re.sub(r"\S+(?:@|://)\S+", "…", sent.own_words)
    return found + [f"tone: {fault}" for fault in tone(sent.language, plain)]
