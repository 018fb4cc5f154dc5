"""The archive month by month and one's own page in a real browser, in both languages."""

from playwright.sync_api import Browser

from mailhub import tokens
from mailhub.language import say
from mailhub.tokens import Token
from tests.browser.community import MEMBER, TITLES
from tests.browser.looking import look
from tests.browser.test_archive import signs_in
from tests.browser.watching import Visit, follows, heading, presses, visit, walked
from tests.stories.town import Town


def link(town: Town, email: str) -> str:
    """The way to one's page that stands at the foot of a letter."""
    person = town.person(email)
    assert person is not None
    sealed = town.hub.site.keys.issue_link(Token(tokens.ME, person.id, 0), epoch=person.token_epoch)
    return f"/me/{sealed}"


def chooses_an_hour(visitor: Visit, town: Town) -> None:
    page, language = visitor.page, visitor.language
    page.get_by_label(say(language, "web.me-hour")).fill("18:30")
    presses_first_save(visitor)
    town.settles()
    assert "18:30" in heading(page)
    look(visitor, "the hour is chosen")
    follows(page, say(language, "web.me-back"))
    assert page.get_by_label(say(language, "web.me-hour")).input_value() == "18:30"


def presses_first_save(visitor: Visit) -> None:
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=say(visitor.language, "web.me-save"), exact=True).first.click()


@walked
def test_a_stranger_turns_the_months_of_a_public_group(
    browser: Browser, town: Town, language: str, script: bool
) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/square/2026/03/")
        assert "2026" in heading(page)
        look(visitor, "a month")
        follows(page, TITLES["square"][language])
        assert page.get_by_role("heading", name=say(language, "web.months")).is_visible()
        assert visitor.goes("/square/2026/13/") == 404


@walked
def test_a_member_chooses_on_their_own_page(browser: Browser, town: Town, language: str, script: bool) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes(link(town, MEMBER[language]))
        assert heading(page) == say(language, "web.me")
        assert page.get_by_label(say(language, "web.me-hour")).count() == 0
        look(visitor, "one's own page by the link of a letter")
        signs_in(visitor, town)
        follows(page, say(language, "web.me"))
        look(visitor, "one's own page")
        chooses_an_hour(visitor, town)
        presses(page, say(language, "web.logout"))
        assert heading(page) == say(language, "web.signed-out")
