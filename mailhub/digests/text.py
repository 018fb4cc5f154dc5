"""A letter as plain text: written to be read, and to be answered with numbers. Pure."""

from mailhub.digests import wordings
from mailhub.digests.tables import How
from mailhub.digests.viewing import Shown, View
from mailhub.language import COLUMNS, say, wrap

RULE = "-" * COLUMNS


def text(view: View, contact: str) -> str:
    """The whole text of one letter."""
    blocks = [wrap(wordings.opening(view)), *map(wrap, wordings.welcome(view))]
    if len(view.shown) > 1:
        blocks.append("\n".join(f"{item.number}  {wordings.title(view, item)}"[:COLUMNS] for item in view.shown))
    blocks += ["\n".join(lines) for lines in parted(view)]
    blocks += [RULE, wrap(wordings.answering(view)), wrap("\n".join(wordings.rule(view)))]
    if view.page:
        blocks.append("\n".join(_page(view)))
    because, last = wordings.footer(view, contact)
    return "\n\n".join(blocks) + f"\n\n-- \n{because}\n{last}"


def printed(view: View, item: Shown) -> str:
    """The lines of one thing as they stand in the text."""
    return "\n".join(_item(view, item))


def around(view: View) -> str:
    """The words of the letter about none of its things, of its text and its HTML."""
    words = (wordings.subject(view), wordings.opening(view), *wordings.welcome(view), wordings.answering(view))
    return "\n".join((*words, *wordings.rule(view), *_page(view), *wordings.footer(view, "")))


def _page(view: View) -> list[str]:
    """Where one chooses by pressing, on a site that has pages."""
    return [wrap(say(view.letter.language, "digests.page")), view.page] if view.page else []


def parted(view: View) -> list[list[str]]:
    """Things with a rule above each that stands whole; those told in a line stand together."""
    blocks: list[list[str]] = []
    was_line = False
    for item in view.shown:
        is_line = item.how is not How.WHOLE
        lines = _item(view, item)
        if is_line and was_line:
            blocks[-1] += ["", *lines]
        else:
            blocks.append([RULE, *lines])
        was_line = is_line
    return blocks


def _item(view: View, item: Shown) -> list[str]:
    if item.how is not How.WHOLE:
        return [*wrap(f"{item.number}. {wordings.line(view, item)}").splitlines(), _reply(view, item)]
    lines = [
        *wrap(f"{item.number}. {wordings.title(view, item)}").splitlines(),
        *wrap(wordings.head(view, item)).splitlines(),
        "",
    ]
    lines += item.said.excerpt.lines
    if item.said.excerpt.left:
        lines += ["", *wrap(wordings.more(view, item)).splitlines()]
        lines += [item.said.link] if item.said.link else []
    for one in item.said.files:
        lines += ["", wordings.file(view, one), *([one.link] if one.link else [])]
    return [*lines, "", _reply(view, item)]


def _reply(view: View, item: Shown) -> str:
    return say(view.letter.language, "digests.reply", number=item.number, address=item.reply_to)
