"""Every mail of ours, opened as mail programs show it: narrow, dark, without style sheet, without pictures."""

from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from itertools import cycle

import pytest
from playwright.sync_api import Browser, Page

from mailhub import language as words_of
from mailhub import tokens, wording
from mailhub.delivery import service
from mailhub.language import Words
from mailhub.people import persons
from mailhub.verbs import Thing
from tests.browser.community import ANA, BRUNO, LONG, TEXT
from tests.browser.conftest import Opens
from tests.browser.looking import axe, scrolls
from tests.browser.watching import Visit, visit
from tests.stories.town import Town, read

WIDTHS = (320, 390, 600)
# What a mail of ours can do wrong; the rules about pages have nothing to say of it.
RULES = (
    *("color-contrast", "html-has-lang", "image-alt", "link-name", "list", "listitem", "document-title"),
    *("meta-viewport", "duplicate-id-aria", "aria-hidden-focus", "html-lang-valid", "td-headers-attr"),
)
THOROUGH = 7  # of so many kinds one is looked at in every way; odd, so that both layouts come up
LEAST_TEXT = 16  # CSS pixels
LAYOUTS = ("notice", "question")
_SMALL_TEXT = """least => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  for (let node; node = texts.nextNode();) {
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    if (node.textContent.trim() && node.parentElement.checkVisibility() && size < least)
      found.add(`${size} px: ${node.textContent.trim().slice(0, 40)}`);
  }
  return [...found];
}"""
# Programs that take the style sheet away take the rest of the head as well.
_WITHOUT_HEAD = "() => document.querySelectorAll('style, head > *').forEach(one => one.remove())"


@pytest.fixture(scope="module", params=["it", "en"])
def written(request: pytest.FixtureRequest, opens: Opens) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The HTML of one mail of each kind in one language, as it leaves."""
    with opens(request.param) as town:
        yield request.param, {"letter": a_letter(town), **every_service_mail(town, request.param)}


def a_letter(town: Town) -> str:
    """A letter of the day with items, one of them folded, a file and a long link."""
    town.opens_list("orto", members=[ANA, BRUNO], default_delivery="digest", fold_after=2)
    for number in range(4):
        files = {f"{LONG}.pdf": b"%PDF"} if number == 0 else {}
        town.writes(BRUNO, to="orto@lists.test", subject=f"{LONG} {number}", text=TEXT, files=files)
    town.passes(days=1)
    return html_of(town.mailbox(ANA)[-1])


def every_service_mail(town: Town, language: str) -> Mapping[str, str]:
    """Each entry of the catalogue that is a mail, sent by the real workers, with long words in all its places."""
    names = [key for room in words_of.rooms(language) for key in wording.mails(language, room)]
    before = len(town.transport.copies)
    with town.database.transaction() as session:
        person = persons.find(session, ANA)
        assert person is not None
        for number, (key, layout) in enumerate(zip(names, cycle(LAYOUTS), strict=False)):
            service.tell(
                session,
                town.hub.site,
                person_id=person.id,
                words=stretched(language, key),
                language=language,
                source=service.SOURCE,
                kind=key,
                occurrence=number,
                now=town.clock.now(),
                about=Thing(tokens.LIST.name, 0),
                footer=words_of.footer(language, words_of.say(language, "footer.named"), "bruno@example.org"),
                layout=layout,
            )
    town.worker.settle()
    copies = town.transport.copies[before:]
    return dict(zip(names, (html_of(read(copy)) for copy in copies), strict=True))


def stretched(language: str, key: str) -> Words:
    """The words of an entry, with a long word wherever a value stands, over a message with a long link."""
    known = words_of.entries(language, key.partition(".")[0])
    places = wording.placeholders(known[f"{key}.subject"]) | wording.placeholders(known[f"{key}.text"])
    values = {name: f"{value} {LONG[-26:]}" for name, value in wording.sample(places).items()}
    return words_of.with_text_below(words_of.mail(language, key, **values), TEXT)


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def faults(page: Page, widths: Sequence[int] = WIDTHS) -> Iterator[str]:
    """What is wrong with the mail that is open, whatever the light."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        yield from scrolls(page)
    yield from page.evaluate(_SMALL_TEXT, LEAST_TEXT)


def shows(visitor: Visit, html: str) -> Iterator[str]:
    """A mail in light and in the dark, then with its style sheet taken away as some programs do."""
    page = visitor.page
    page.emulate_media(color_scheme="light")
    page.set_content(html)
    yield from (*faults(page), *axe(page, *RULES))
    page.emulate_media(color_scheme="dark")
    yield from (f"in the dark, {fault}" for fault in axe(page, "color-contrast"))
    page.evaluate(_WITHOUT_HEAD)
    yield from (f"without style sheet, {fault}" for fault in (*faults(page), *axe(page, "color-contrast")))


def test_every_mail_is_legible_everywhere(browser: Browser, written: tuple[str, Mapping[str, str]]) -> None:
    """Each at its narrowest; the letter and a part of the others, which are made alike, in every light."""
    language, mails = written
    assert len(mails) > 60
    with visit(browser, language) as visitor:
        for place, (name, html) in enumerate(mails.items()):
            if place % THOROUGH == 0:
                found = list(shows(visitor, html))
            else:
                visitor.page.set_content(html)
                found = list(faults(visitor.page, WIDTHS[:1]))
            visitor.faults += [f"{name} ({language}), {fault}" for fault in found]
