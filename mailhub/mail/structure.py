"""What the group sees of a mail: its new words, told from the quote by its text and by marks in its HTML.

Mail programs mark in their HTML where the quote begins, also in languages whose attributions nobody taught us. Pure.
"""

import re

from mailhub.mail.markup import LONGEST, html_to_text
from mailhub.mail.message import Mail
from mailhub.mail.phrases import is_forward, is_reply
from mailhub.mail.quoting import Folded, fold

# From here to the end of the mail stands what is answered. Each is the name by which a program marks it: Outlook and
# its mobile and new kinds, Gmail, Thunderbird, Yahoo, Proton, Tuta, Zoho, Zimbra, QQ, Lark, GMX and web.de, Mailspring.
_MARKS = (
    "divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|"
    "ms-outlook-mobile-reference-message|gmail_quote|moz-cite-prefix|yahoo_quoted|yahooQuoted|protonmail_quote|"
    "tutanota_quote|zmail_extra|zmail_extra_hr|__DIVIDER__|isReplyContent|history-quote-wrapper|"
    "quote_container|gmail_quote_container|replyHeader|mailspring-quote"
)
_MARKED = re.compile(
    rf"<[a-z]{{1,10}}\s[^<>]{{0,300}}?\b(?:id|class|name|data-marker)\s*=\s*[\"']?[^\"'<>]{{0,100}}?\b(?:{_MARKS})\b",
    re.IGNORECASE,
)
# The line that Outlook draws above the header it copies.
_DRAWN = re.compile(r"<div\s[^<>]{0,100}border:\s?none;\s?border-top:\s?solid #[0-9a-f]{6} 1\.0pt", re.IGNORECASE)


def fold_mail(mail: Mail) -> Folded:
    """Take the words of a mail apart; no line is lost, and in doubt it is shown."""
    forwards = is_forward(mail.subject)
    is_answer = bool(mail.in_reply_to or is_reply(mail.subject)) and not forwards
    line = quote_line(mail.text, mail.html) if mail.html and is_answer else None
    return fold(mail.text, forwarded=forwards, quote_from=line)


def quote_line(text: str, html: str) -> int | None:
    """The line of the text at which the quote begins by the HTML; None where that says nothing, or something else.

    The words before the mark must be the beginning of the text, letter by letter: else nothing is folded.
    """
    found = min(
        (found.start() for pattern in (_MARKED, _DRAWN) if (found := pattern.search(html[:LONGEST]))), default=0
    )
    before = "".join(html_to_text(html[:found]).split()) if found else ""
    if not before:
        return None
    seen = ""
    for place, line in enumerate(text.split("\n")):
        if len(seen) >= len(before):
            return place if seen == before and _has_words(text, place) else None
        seen += "".join(line.split())
    return None


def _has_words(text: str, line: int) -> bool:
    return bool("".join(text.split("\n")[line:]).strip())
