"""The archive in a real browser: groups, a conversation, a message, search, the way in; in both languages."""

from playwright.sync_api import Browser

from mailhub.language import say
from mailhub.web.app import make_app
from tests.browser.community import ANA, MEMBER, MESSAGES, SECRET, TITLES, newest, path_in
from tests.browser.looking import look
from tests.browser.watching import Visit, follows, heading, opens, presses, visit, walked
from tests.stories.town import Town


def signs_in(visitor: Visit, town: Town) -> None:
    """As a member does: ask for the link, open it in one's mail, press."""
    page, language = visitor.page, visitor.language
    follows(page, say(language, "web.login"))
    look(visitor, "the sign-in page")
    page.get_by_label(say(language, "web.login-email")).fill(MEMBER[language])
    presses(page, say(language, "web.login-button"))
    assert heading(page) == say(language, "web.login-sent")
    look(visitor, "the link is sent")
    town.settles()
    visitor.goes(path_in(newest(town, MEMBER[language]), "login"))
    look(visitor, "the link of the mail")
    presses(page, say(language, "web.login-enter"))
    assert heading(page) == say(language, "web.signed-in")
    look(visitor, "signed in")


# Every page somebody may open; who adds one walks to it in this folder, and says so here.
PAGES = {
    *("/", "/<slug>/", "/<slug>/<int:year>/<int:number>/", "/<slug>/t/<int:number>", "/search"),
    *("/<slug>/m/<path:message_id>", "/<slug>/m/<path:message_id>/as-written"),
    *("/login", "/login/<token>", "/join", "/me", "/me/<token>", "/u/<token>", "/a/<token>"),
}
NO_PAGES = {"/<slug>/feed.atom", "/<slug>/mbox", "/f/<token>", "/healthz", "/readyz", "/static/<path:filename>"}


def test_every_page_is_walked_to(town: Town) -> None:
    rules = make_app(town.hub).url_map.iter_rules()
    assert {rule.rule for rule in rules if "GET" in (rule.methods or ())} == PAGES | NO_PAGES


@walked
def test_a_stranger_reads_what_is_public_and_nothing_else(
    browser: Browser, town: Town, language: str, script: bool
) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/")
        look(visitor, "the front page")
        assert page.get_by_role("link", name=TITLES["circle"][language]).count() == 0
        follows(page, TITLES["garden"][language])
        assert say(language, "web.for-members") in page.get_by_role("main").inner_text()
        assert SECRET not in page.content()
        look(visitor, "a group for its members")
        visitor.goes("/")
        follows(page, TITLES["square"][language])
        look(visitor, "a public group")
        follows(page, "The fence")
        assert heading(page) == "The fence"
        assert page.get_by_role("article").count() < MESSAGES
        look(visitor, "a long conversation")
        follows(page, say(language, "web.later"))
        assert f"Board number {MESSAGES}." in page.get_by_role("main").inner_text()
        assert visitor.goes("/circle/") == 404
        look(visitor, "a page that is not there")


@walked
def test_words_are_searched_found_and_read(browser: Browser, town: Town, language: str, script: bool) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/")
        for asked, told in (
            ("", say(language, "web.search-how")),
            ("from:ana", say(language, "web.search-bare")),
            ("since:whenever rope", say(language, "web.search-wrong", operator="since:whenever")),
            (SECRET, say(language, "web.search-none", words=SECRET)),
        ):
            page.get_by_role("searchbox").fill(asked)
            with page.expect_navigation():
                page.get_by_role("searchbox").press("Enter")
            assert told in page.get_by_role("main").inner_text()
            look(visitor, f"searching for {asked!r}")
        page.get_by_role("searchbox").fill("ladders from:rita")
        presses(page, say(language, "web.search-button"))
        look(visitor, "something found")
        opens(page, page.get_by_role("main").get_by_role("link").first)
        assert heading(page).startswith("Pruning on Saturday")
        assert ANA not in page.content()  # strangers see no address
        look(visitor, "a message with a file")
        follows(page, say(language, "web.whole-conversation"))
        page.locator("summary").first.click()
        look(visitor, "a conversation with its quotes unfolded")


@walked
def test_a_member_signs_in_by_mail_and_reads_their_groups_alone(
    browser: Browser, town: Town, language: str, script: bool
) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/garden/")
        signs_in(visitor, town)
        visitor.goes("/garden/")
        follows(page, f"{SECRET} for all")
        answer = page.get_by_role("link", name=say(language, "web.reply"), exact=True).get_attribute("href")
        assert str(answer).startswith("mailto:garden@")
        look(visitor, "a conversation as its members read it")
        assert visitor.goes("/circle/") == 404


@walked
def test_a_message_is_seen_as_it_was_written(browser: Browser, town: Town, language: str, script: bool) -> None:
    with visit(browser, language, script=script) as visitor:
        page = visitor.page
        visitor.goes("/square/")
        follows(page, "Seeds")
        opens(page, page.get_by_role("article").get_by_role("link").first)
        follows(page, say(language, "web.as-written"))
        assert page.get_by_role("table").is_visible()
        assert "A tomato" in page.get_by_role("main").inner_text()  # the picture itself is asked of nobody
        look(visitor, "a message as it was written")
