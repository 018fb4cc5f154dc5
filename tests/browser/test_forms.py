"""What one can press: asking to join, joining from the mail, leaving by one click. Opening a page changes nothing."""

import sqlalchemy as sa
from playwright.sync_api import Browser

from mailhub.db.base import Base
from mailhub.language import say
from mailhub.lists.tables import SubscriptionState
from tests.browser.community import MEMBER, TITLES, newest, path_in
from tests.browser.looking import look
from tests.browser.watching import heading, opens, presses, visit, walked
from tests.stories.town import Town


def rows(town: Town) -> dict[str, int]:
    """How many rows every table has."""
    with town.database.reading() as session:
        counts = {table.name: sa.select(sa.func.count()).select_from(table) for table in Base.metadata.sorted_tables}
        return {name: session.scalar(count) or 0 for name, count in counts.items()}


def belongs(town: Town, slug: str, email: str) -> bool:
    place = town.place(slug, email)
    return place is not None and place.state is SubscriptionState.ACTIVE


@walked
def test_one_joins_by_the_form_and_the_button_of_the_mail(
    browser: Browser, town: Town, language: str, script: bool
) -> None:
    email = f"new-{language}-{script}@x.test".lower()
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/join?in=garden")
        assert page.get_by_label(TITLES["garden"][language]).is_checked()
        look(visitor, "the form")
        page.get_by_label(say(language, "web.login-email")).fill("not-an-address@x")
        presses(page, say(language, "web.join-button"))
        assert say(language, "web.join-no-address") in page.get_by_role("alert").inner_text()
        assert page.get_by_label(say(language, "web.login-email")).input_value() == "not-an-address@x"
        look(visitor, "the form with a slip")
        page.get_by_label(say(language, "web.login-email")).fill(email)
        page.get_by_label(TITLES["square"][language]).check()
        presses(page, say(language, "web.join-button"))
        assert heading(page) == say(language, "web.joined")
        look(visitor, "asked to join")
        town.settles()
        button = f"{path_in(newest(town, email), 'a')}?v=confirm"
        before = rows(town)
        visitor.goes(button)
        look(visitor, "the button of the mail")
        assert (rows(town), belongs(town, "square", email)) == (before, False)
        opens(page, page.get_by_role("main").get_by_role("button"))
        look(visitor, "the button, pressed")
        assert belongs(town, "square", email)
        visitor.goes("/a/aaaa?v=confirm")
        look(visitor, "a button that is none")


@walked
def test_one_leaves_by_one_click_and_looking_alone_changes_nothing(
    browser: Browser, town: Town, language: str, script: bool
) -> None:
    email = f"leaves-{language}-{script}@x.test".lower()
    town.joins("square", email, language=language)
    town.writes(MEMBER["en"], to="square@lists.test", subject="Lifts", text="Who has a seat?")
    link = path_in(newest(town, email), "u")
    with visit(browser, language, script=script) as visitor:
        before = rows(town)
        visitor.goes(link)
        title = TITLES["square"][language]
        assert heading(visitor.page) == say(language, "web.leave-title", group=title)
        look(visitor, "leaving")
        assert (rows(town), belongs(town, "square", email)) == (before, True)
        presses(visitor.page, say(language, "web.leave-button"))
        assert heading(visitor.page) == say(language, "web.leave-left-title", group=title)
        look(visitor, "gone")
        assert not belongs(town, "square", email)
        visitor.goes(link)
        assert heading(visitor.page) == say(language, "web.leave-left-title", group=title)
        visitor.goes("/u/aaaa")
        look(visitor, "a link that is not whole")
    town.settles()
    assert str(newest(town, email)["Subject"]) == str(say(language, "lists.goodbye.subject"))
