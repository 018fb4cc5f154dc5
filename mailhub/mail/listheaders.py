"""The fields that tell a mail program, and a provider, what a list mail is and how to leave (RFC 2369, 2919, 8058)."""

from dataclasses import dataclass

from mailhub.mail.carrier import names
from mailhub.mail.frame import Context, Heading, Slot
from mailhub.mail.heading import fold, phrase, token
from mailhub.mail.words import one_line

LEAVE_URL = Slot("leave_url", Context.TOKEN)  # the page that leaves on a POST: https, the person's own
LEAVE_ADDRESS = Slot("leave_address", Context.TOKEN)  # u.<token>@D
_LONGEST_TITLE = 60  # RFC 2919 section 3 allows the whole field 255 octets


@dataclass(frozen=True, slots=True)
class ListFacts:
    """One list, or one stream of letters, as its header fields tell it. Addresses are bare, links are whole URLs."""

    title: str
    list_id: str  # such as orto.lists.example.org: the same for the life of the list
    address: str  # where it speaks from, and where posts go
    is_open: bool = True  # False: posting is for organisers only (List-Post: NO)
    help: str = ""
    owner: str = ""
    subscribe: str = ""
    archive: str = ""
    one_click: bool = False  # the site is reached by https; only then may RFC 8058 be announced
    feedback_id: str = ""  # campaign:stream:list:sender, nothing of a person in it
    precedence: str = "list"
    provider: str = ""  # who carries our mail on, and keeps our name of each copy


def list_headings(facts: ListFacts) -> tuple[Heading, ...]:
    """Every field of these facts; the ways to leave are slots."""
    list_id = b"<%s>" % token(facts.list_id)
    title = phrase(one_line(facts.title)[:_LONGEST_TITLE], len("List-Id: ")) if facts.title else b""
    constants = {
        "List-Id": fold(b"%s %s" % (title, list_id), len("List-Id: ")) if title else list_id,
        "List-Post": _mailto(facts.address) if facts.is_open else b"NO",
        "List-Help": _mailto(facts.help),
        "List-Owner": _mailto(facts.owner),
        "List-Subscribe": _mailto(facts.subscribe),
        "List-Archive": b"<%s>" % token(facts.archive) if facts.archive else b"",
        "Precedence": token(facts.precedence),
        "X-Auto-Response-Suppress": b"OOF, AutoReply",
        "Feedback-ID": token(facts.feedback_id),
    }
    headings = [Heading(name, (value,)) for name, value in constants.items() if value]
    return (*headings, *_leave_headings(facts.one_click), *names(facts.provider))


def _leave_headings(one_click: bool) -> tuple[Heading, ...]:
    by_mail = (b"<mailto:", LEAVE_ADDRESS, b"?subject=unsubscribe>")
    if not one_click:
        return (Heading("List-Unsubscribe", by_mail),)
    return (
        Heading("List-Unsubscribe", (b"<", LEAVE_URL, b">,\r\n ", *by_mail)),
        Heading("List-Unsubscribe-Post", (b"List-Unsubscribe=One-Click",)),
    )


def _mailto(address: str) -> bytes:
    return b"<mailto:%s>" % token(address) if address else b""
