"""A letter as HTML, the same words in the same order as its text. Pure."""

import html
from urllib.parse import quote

from mailhub.digests import wordings
from mailhub.digests.tables import How
from mailhub.digests.viewing import Shown, View
from mailhub.language import say
from mailhub.templates import prose


def body(view: View) -> str:
    """Everything between the title and the two last lines, safe to stand in a page."""
    parts = [f"<p>{prose.inline(line)}</p>" for line in (wordings.opening(view), *wordings.welcome(view))]
    if len(view.shown) > 1:
        titles = "".join(f'<li value="{item.number}">{_title(view, item)}</li>' for item in view.shown)
        parts.append(f"<ol>{titles}</ol>")
    parts += [_item(view, item) for item in view.shown]
    rule, *rest = wordings.rule(view)
    listed = "".join(f"<li>{prose.inline(line.removeprefix('- '))}</li>" for line in rest if line.startswith("- "))
    others = "".join(f"<p>{prose.inline(line)}</p>" for line in rest if not line.startswith("- "))
    parts += ["<hr>", f"<p>{prose.inline(wordings.answering(view))}</p>"]
    parts += [
        f'<div class="muted"><p>{prose.inline(rule)}</p>',
        f"<ul>{listed}</ul>" if listed else "",
        others,
        f"<p>{_linked(prose.inline(say(view.letter.language, 'digests.page')), view.page)}</p>" if view.page else "",
        "</div>",
    ]
    return "".join(parts)


def footer(view: View, contact: str) -> str:
    """The two last lines."""
    return "<br>".join(prose.inline(line) for line in wordings.footer(view, contact))


def _item(view: View, item: Shown) -> str:
    if item.how is not How.WHOLE:
        return f"<p>{item.number}. {prose.inline(wordings.line(view, item))}<br>{_reply(view, item)}</p>"
    said = item.said
    author = html.escape(said.author)
    if said.write_to:
        author = f'<a href="mailto:{quote(said.write_to, safe="@")}">{author}</a>'
    head = html.escape(wordings.head(view, item).removeprefix(said.author))
    parts = [
        f"<h2>{item.number}. {_title(view, item)}</h2>",
        f'<p class="muted">{author}{head}</p>',
        prose.to_html("\n".join(said.excerpt.lines)),
    ]
    if said.excerpt.left:
        more = prose.inline(wordings.more(view, item))
        parts.append(f"<p>{_linked(more, said.link)}</p>")
    parts += [f"<p>{_linked(prose.inline(wordings.file(view, file)), file.link)}</p>" for file in said.files]
    return "".join([*parts, f"<p>{_reply(view, item)}</p>"])


def _linked(words: str, link: str | None) -> str:
    return f'{words} <a href="{html.escape(link)}">{html.escape(link)}</a>' if link else words


def _title(view: View, item: Shown) -> str:
    return html.escape(wordings.title(view, item))


def _reply(view: View, item: Shown) -> str:
    """Pressing it begins an answer to this thing alone."""
    words = say(view.letter.language, "digests.reply-button", number=item.number)
    subject = quote(f"Re: {wordings.title(view, item)}")
    return f'<a href="mailto:{item.reply_to}?subject={subject}">{html.escape(words)}</a>'
