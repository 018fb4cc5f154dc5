"""Every verb the site declares, by every route it declares, does the same: word, address, page and one's own page.

A word to a message is also tried in a mail to the whole group that answers it, where a moderator is asked once more.

All of them are tried in one town; each route runs in a transaction that is taken back, so that the next one finds the
town as it was. A verb that is declared and has no case here fails.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from email.message import EmailMessage
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import InstrumentedAttribute, Session

from mailhub import content
from mailhub.archive.tables import Post, Raw
from mailhub.authority import Allowed, Evidence, Level, allows
from mailhub.delivery.tables import Delivery, Mailing, MailingState
from mailhub.digests.monday.writing import Mondays
from mailhub.digests.tables import Letter, LetterItem, LetterReader
from mailhub.hub import acting
from mailhub.inbound import intake
from mailhub.inbound.dispatch import dispose
from mailhub.inbound.reading import read
from mailhub.inbound.visit import arrive
from mailhub.journeys import loading, pausing, seconding, written
from mailhub.journeys import publishing as journeys
from mailhub.journeys.migration import NOBODY
from mailhub.journeys.planning import Plan
from mailhub.journeys.rows import VISITS
from mailhub.journeys.tables import Enrolment, JourneyRow
from mailhub.language import LANGUAGES
from mailhub.lists import asking, things
from mailhub.lists.tables import HeldPost, MailList, Measure, Subscription, ThreadMute, Tool
from mailhub.people import persons, roles
from mailhub.people.segments import publishing as segments
from mailhub.people.segments import resolving
from mailhub.people.tables import Address, Asking, Deed, Person, Question
from mailhub.tokens import Token, kind_named
from mailhub.verbs import Thing, Verb
from mailhub.web import preferences
from mailhub.web.app import make_app
from tests.stories.journeys import publishes
from tests.stories.rehearsal import GENUINE
from tests.stories.town import BASE_URL, Town

ANA, BEA, OLGA, MO, ZOE, UGO, ADA, KIM, LIA, NED = (
    f"{name}@example.org" for name in ("ana", "bea", "olga", "mo", "zoe", "ugo", "ada", "kim", "lia", "ned")
)

Rows = tuple[tuple[str, ...], ...]
Effect = tuple[tuple[str, ...], tuple[tuple[str, str], ...], Rows]  # deeds, mails to whom, rows


@dataclass(frozen=True)
class Case:
    """Who says a verb to what: a group by its name, or a thing that is looked up; and with which words behind it."""

    author: str
    group: str = ""
    kind: str = "list"
    find: sa.Select[int] | None = None
    behind: str = ""  # the word
    prose: str = ""  # instead of a word
    fields: dict[str, object] = field(default_factory=dict)  # of the form on one's own page


def _question(kind: str) -> sa.Select[int]:
    return sa.select(Question.id).where(Question.kind == kind, Question.settled_at.is_(None)).limit(1)


def _letter(email: str) -> sa.Select[int]:
    owner = sa.select(Person.id).where(Person.name == email.partition("@")[0].capitalize()).scalar_subquery()
    return sa.select(Letter.id).where(Letter.person_id == owner).limit(1)


def _post(subject: str) -> sa.Select[int]:
    return sa.select(sa.func.min(Post.id)).where(Post.subject == subject)


def _held(subject: str) -> sa.Select[int]:
    return sa.select(HeldPost.id).where(HeldPost.subject == subject)


def _measure(tool: Tool) -> sa.Select[int]:
    return sa.select(Measure.id).where(Measure.tool == tool, Measure.ended_at.is_(None))


def _step(email: str) -> sa.Select[int]:
    owner = sa.select(Person.id).where(Person.name == email.partition("@")[0].capitalize()).scalar_subquery()
    return sa.select(Enrolment.id * VISITS + Enrolment.visit).where(Enrolment.person_id == owner)


def _moderating(subject: str, behind: str = "") -> Case:
    return Case(MO, kind="held", find=_held(subject), behind=behind)


def _calming(subject: str, behind: str = "") -> Case:
    return Case(MO, kind="post", find=_post(subject), behind=behind)


HELD = _held("Iron")
CARRIED = sa.select(sa.func.min(Mailing.id)).where(Mailing.source == "lists.post")
HERE = Case(ANA, "garden")
MONDAY = sa.select(sa.func.min(Letter.id)).where(Letter.week.is_not(None))
CASES: dict[str, Case] = {
    **dict.fromkeys(("help", "leave", "why", "each", "owner", "lists", "status", "settings", "left-out"), HERE),
    **dict.fromkeys(("only-decisions", "only-events", "data", "forget", "forget-all"), HERE),
    "pause": Case(ANA, "garden", behind=" 2 weeks", fields={"for": "fortnight"}),
    "resume": Case(ANA, "mill"),
    "undo": Case(ANA, "mill"),
    "digest": Case(ANA, "garden", fields={}),
    "join": Case(UGO, "garden"),
    "enrol": Case(OLGA, "garden", behind=": nora@example.org"),
    "invite": Case(ANA, "garden", behind=" nora@example.org"),
    "how-many": Case(ADA, "garden", behind=": writers"),
    "search": Case(ANA, "garden", behind=": fence"),
    "letter-time": Case(ANA, "garden", behind=" 18:00 on Monday", fields={"hour": "18:00", "day": ["0"]}),
    "name": Case(ANA, "garden", behind=": Anna"),
    "language": Case(ANA, "garden", behind=" italiana"),
    "address-by": Case(ANA, kind="me", fields={"name": "Anna", "language": "it"}),
    **dict.fromkeys(("confirm", "decline"), Case(ZOE, kind="join", find=_question("join"))),
    **dict.fromkeys(("approve", "deny"), Case(OLGA, kind="approval", find=_question("approval"))),
    "it-is": Case(ADA, kind="unrouted", find=_question("unrouted"), behind=" yard"),
    "answer-author": Case(ADA, kind="unrouted", find=_question("unrouted"), behind=": yard, on Sunday"),
    "refuse-unrouted": Case(ADA, kind="unrouted", find=_question("unrouted"), behind=" it is private"),
    **dict.fromkeys(("to-all", "to-one", "to-nobody"), Case(ANA, kind="personal", find=_question("personal"))),
    "round-trip": Case(OLGA, kind="round-trip", find=sa.select(sa.literal(1))),
    "mute": Case(ANA, kind="post", find=_post("The fence")),
    "follow": Case(ANA, kind="post", find=_post("The well")),
    **dict.fromkeys(("publish", "refuse", "trust", "help-moderating"), _moderating("Iron")),
    "ban": _moderating("Iron", ": rule 1"),
    "rephrase": _moderating("Iron", ": shorter, please"),
    "edit": _moderating("Iron", ": Who has some iron?"),
    "reword": Case(ANA, kind="rephrase", find=_question("rephrase"), prose="Who has nails?"),
    "change": Case(ANA, kind="held", find=_held("Re: Gate"), behind=": Not me, sorry."),
    **dict.fromkeys(("accept-edit", "decline-edit"), Case(ANA, kind="edit", find=_question("edit"))),
    "slow": _calming("Nets", " 6 h"),
    "letter-only": _calming("Nets", " 24 h"),
    "closed": _calming("Nets", " until Friday: rule 1"),
    **dict.fromkeys(("voices", "mediation", "help-calming"), _calming("Nets")),
    "lift": _calming("Gate"),
    "readmit": Case(OLGA, kind="post", find=_post("The fence")),
    "send": Case(BEA, kind="held", find=_held("Re: The well")),
    **dict.fromkeys(("report", "wait"), Case(ANA, kind="post", find=_post("Nets"))),
    "appeal": Case(ANA, kind="post", find=_post("Fish"), behind=": I was kind"),
    "do-it": Case(MO, kind="sure", find=_question("sure")),
    **dict.fromkeys(("uphold", "lift-appealed"), Case(OLGA, kind="appeal", find=_question("appeal"))),
    "handled": Case(MO, kind="report", find=_question("report")),
    **dict.fromkeys(("agree", "decline-mediation"), Case(ANA, kind="mediation", find=_question("mediation"))),
    "end-talk": Case(ANA, kind="talk", find=_measure(Tool.MEDIATION)),
    "talk": Case(ANA, kind="talk", find=_measure(Tool.MEDIATION), prose="I am sorry about the fish."),
    "correct": Case(ANA, kind="post", find=_post("Shears 1"), behind="\nWho has some?"),
    "withdraw": Case(ANA, kind="held", find=HELD),
    **dict.fromkeys(("all", "why-letter", "pause-letter", "no-letter"), Case(BEA, kind="mailing", find=_letter(BEA))),
    "resume-letter": Case(ANA, kind="mailing", find=_letter(ANA)),
    "answer": Case(BEA, kind="mailing", find=_letter(BEA), prose="1 I have some"),
    "why-monday": Case(MO, kind="monday", find=MONDAY),
    "answer-monday": Case(MO, kind="monday", find=MONDAY, prose="1 trust"),
    "choose": Case(BEA, kind="which", find=_question("which"), prose="0"),
    "go-on": Case(OLGA, kind="stopped", find=CARRIED),
    "confirm-twice": Case(ANA, kind="twice", find=_question("twice")),
    **dict.fromkeys(("it-was-me", "not-me"), Case(ANA, kind="mail", find=_question("mail"))),
    **dict.fromkeys(
        ("mine-too", "this-once", "not-mine"), Case(BEA, kind="other-account", find=_question("other-account"))
    ),
    "its-me": Case(ZOE, "garden", behind=": bea@example.org"),
    "prove-mailbox": Case("pip@new.example", kind="claim", find=_question("claim")),
    **dict.fromkeys(("vouch", "deny-vouch"), Case(OLGA, kind="vouch", find=_question("vouch"))),
    **dict.fromkeys(("same-person", "not-same-person"), Case(ANA, kind="move", find=_question("move"))),
    "why-journey": Case(KIM, kind="journey-step", find=_step(KIM)),
    "write-to-journey": Case(KIM, kind="journey-step", find=_step(KIM), prose="Is there any water up there?"),
    "answer-journey": Case(KIM, kind="journey-ask", find=_question("journey-ask"), prose="The view."),
    **dict.fromkeys(("share-answer", "keep-answer"), Case(LIA, kind="journey-share", find=_question("journey-share"))),
    "task-done": Case(OLGA, kind="journey-task", find=_question("journey-task")),
    **dict.fromkeys(("send-late", "skip-late"), Case(OLGA, kind="journey-late", find=_question("journey-late"))),
    **dict.fromkeys(
        ("publish-journey", "refuse-journey"), Case(ADA, kind="journey-publish", find=_question("journey-publish"))
    ),
    **dict.fromkeys(("publish-files", "discard-files"), Case(ADA, kind="plan", find=_question("plan"))),
    "publish-files-twice": Case(ADA, kind="plan-charter", find=_question("plan-charter")),
}
# The same verbs, said to a thing of another kind, or that stands otherwise.
TO_OTHERS: tuple[tuple[str, Case], ...] = (
    ("publish", _moderating("Nails")),  # one of the two who must agree
    ("change", Case(ANA, kind="held", find=_held("Tongs"), behind=": Who has pliers?")),
    *(("withdraw", Case(ANA, kind=kind, find=_question(kind))) for kind in ("rephrase", "edit")),
    ("trust", _calming("Nets")),
    ("ban", _calming("Nets", ": rule 1")),
    ("appeal", Case(BEA, kind="measure", find=_measure(Tool.BAN), behind=": I was kind")),
    ("why-journey", Case(KIM, kind="journey-ask", find=_question("journey-ask"))),
    ("discard-files", Case(ADA, kind="plan-charter", find=_question("plan-charter"))),
)


@pytest.fixture
def place(town: Town) -> Town:
    """A town in which each of these words means something."""
    town.opens_list("garden", members=[ANA, BEA], moderate="nobody", organiser=OLGA, language="en")
    town.opens_list("mill", members=[ANA], organiser=OLGA)
    town.opens_list("forge", members=[ANA], moderate="everyone", moderators=[MO, OLGA], approvals=2)
    town.opens_list("choir", join="approval", organiser=OLGA)
    town.opens_list("square", members=[ANA, BEA], default_delivery="digest", moderate="nobody", fold_after=1)
    town.writes(UGO, to="choir-join@lists.test")
    town.replies(UGO, town.mailbox(UGO)[-1], "yes")
    town.writes(BEA, to="garden@lists.test", subject="The fence", text="It is down.")
    town.writes(BEA, to="garden@lists.test", subject="The well", text="It is deep.")
    town.replies(ANA, town.mailbox(ANA)[-1], "mute")
    town.writes(ANA, to="forge@lists.test", subject="Iron", text="Who has some?")
    for number in (1, 2):
        town.writes(ANA, to="square@lists.test", subject=f"Shears {number}", text="Who has them?")
    town.passes(days=1)
    letter = town.mailbox(ANA)[-1]
    town.replies(ANA, letter, "pause")
    town.replies(ANA, town.mailbox(ANA)[0], "Ciao Bea,\njust for you")
    town.replies(BEA, town.mailbox(BEA)[-1], "what is this about?")
    town.replies("bea@telephone.example", town.mailbox(BEA)[-1], "1")
    town.writes(ANA, to="hub@lists.test", text="data")
    town.passes(minutes=11)
    town.writes(ANA, to="garden@lists.test", subject="Forged?", text="Hello", headers={"Received": "from x by y; z"})
    town.writes(ZOE, to="garden-join@lists.test")
    moderated(town)
    lost(town)
    with town.database.transaction() as session:
        roles.appoint(session, [ADA], roles.ORGANISER, origin="config", now=town.clock.now())
        segment = content.load_text("title: Writers\nwhen: posts.count >= 1\n", "segments/writers.yaml")
        known = asking.before_segments(session, town.hub.site)
        segments.apply_files(session, resolving.read_all([segment], known).written.values(), now=town.clock.now())
    town.writes(BEA, to="courtyard@lists.test", subject="Whose?", text="Is this the yard?")
    journeying(town)
    for name, text in (("court", "title: Court\n"), ("tower", "title: Tower\nmoderators: [pat@example.org]\n")):
        town.writes(ADA, to="hub@lists.test", text="A group.", files={f"{name}.yaml": text.encode()})
    town.writes(ANA, to="mill-pause@lists.test")
    on_monday(town)
    return town


def on_monday(town: Town) -> None:
    """Whoever moderates or organises has the letter of this week, a moderator first."""
    chore = Mondays(town.hub.site, town.hub.waiting, town.hub.questions, town.hub.verbs)
    for email in (MO, OLGA, ADA):
        with town.database.transaction() as session:
            person = persons.find(session, email)
            assert person is not None
            chore.write(session, person, town.clock.now(), now=town.clock.now())
    town.settles()


def moderated(town: Town) -> None:
    """What moderators have begun in four groups: of messages that wait, of conversations, and of a person."""
    _says(town, OLGA, "held", HELD, "publish")
    for subject, word in (("Nails", "rephrase: shorter"), ("Tongs", "edit: Is there a pair of tongs?")):
        town.writes(ANA, to="forge@lists.test", subject=subject, text="Is there any?")
        _says(town, MO, "held", _held(subject), word)
    for slug, subject in (("pond", "Fish"), ("pond", "Nets"), ("yard", "Gate")):
        if subject != "Nets":
            town.opens_list(slug, members=[ANA, BEA, MO], moderator=MO, moderate="nobody")
        town.writes(BEA, to=f"{slug}@lists.test", subject=subject, text="Who was it?")
        town.replies(ANA, town.mailbox(MO)[-1], "Not me.", to=f"{slug}@lists.test")
    for subject, word in (("Fish", "mediation"), ("Gate", "slow 6 hours")):
        _says(town, MO, "post", _post(subject), word)
    for email in (ANA, BEA):
        _says(town, email, "mediation", _question("mediation"), "yes")  # now these two talk in private
    gate = next(mail for mail in town.mailbox(MO) if mail["Subject"] == "Gate")
    for email, word in ((ANA, "Not me at all."), (MO, "letter only 24 hours"), (ANA, "report"), (BEA, "appeal: why?")):
        town.replies(email, gate, word, to="yard@lists.test")
    _says(town, MO, "post", _post("Gate"), "mediation")
    _says(town, OLGA, "post", _post("The well"), "close until Friday")
    well = next(mail for mail in town.mailbox(ANA) if mail["Subject"] == "The well")
    town.replies(BEA, well, "And dry.", to="garden@lists.test")
    for subject, word in (("The well", "reopen"), ("The fence", "ban")):
        _says(town, OLGA, "post", _post(subject), word)


def lost(town: Town) -> None:
    """Three have lost a mailbox: one is vouched for, one is known to be read, one has only written."""
    for new, email in (("ana@new.example", ANA), ("bea@new.example", BEA), ("pip@new.example", BEA)):
        town.writes(new, to="garden@lists.test", text=f"It's me: {email}")
        if new != "pip@new.example":
            town.replies(new, town.mailbox(new)[-1], "yes")
        if email == ANA:
            _says(town, OLGA, "vouch", _question("vouch"), "vouch")


WAY = """
title: Up the hill
trigger: {activity: subscription.confirmed, list: path}
steps:
  - id: why
    ask:
      {template: why, quiet: ignore, question: What made you come?, answer: text, store: answer.why, publish_in: path}
  - {id: call, task: {text: Please call them.}}
"""
LATE = """
title: Down the hill
trigger: {activity: subscription.confirmed, list: slope}
timing: {overdue: {grace: 1 min, then: ask}}
steps: [{id: rest, wait: 1 min}, {send: {template: hello, quiet: ignore}}]
"""


def journeying(town: Town) -> None:
    """One is asked, one has answered, the mail to the third is late; and a change waits for another's word."""
    for slug in ("path", "slope"):
        town.opens_list(slug, organiser=OLGA, moderate="nobody", language="en")
    town.settles()
    publishes(town, WAY, {"why": "Why? | What made you come?", "hello": "Hello | Well done."}, "path")
    publishes(town, LATE, {}, "slope")
    town.joins("path", KIM, LIA)
    town.joins("slope", NED)
    town.settles()
    town.replies(LIA, town.mailbox(LIA)[-1], "The trees.")
    for turn in (pausing.pause, pausing.resume):
        with town.database.transaction() as session:
            row = journeys.find(session, "slope")
            assert row is not None
            turn(session, row, by="olga", now=town.clock.now())
        town.passes(minutes=5)
    with town.database.transaction() as session:
        document = content.load_text(LATE.replace("1 min}, {", "2 min}, {"), "journeys/slope.yaml")
        one = journeys.Written(document, written.read(document, loading.facts(session, town.hub.site)))
        seconding.ask(session, town.hub.site, one, NOBODY, Plan(()), by="olga", who=None, now=town.clock.now())


def _says(town: Town, email: str, kind: str, find: sa.Select[int], word: str) -> None:
    """Write to the address that a mail about this thing is answered at."""
    with town.database.reading() as session:
        author, thing = persons.find(session, email), session.execute(find).scalar_one()
    assert author is not None, email
    town.writes(email, to=_answers(town, author, Thing(kind, thing)), text=word)


def _answers(town: Town, person: Person, thing: Thing) -> str:
    """Where this person answers a mail about this thing."""
    kind = kind_named(thing.kind)
    assert kind is not None
    token = Token(kind, person.id, thing.id, town.clock.now().date())
    return f"r.{town.hub.site.keys.issue(token, epoch=person.token_epoch)}@lists.test"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what each verb does on both is in its own stories
def test_every_verb_does_the_same_by_every_route(place: Town) -> None:
    verbs = {verb.name: verb for verb in place.hub.verbs}
    assert verbs.keys() == CASES.keys(), "a verb that is declared has its case here"
    assert other_words(place) == []
    browser = signed_in(place, ANA)
    with place.database.reading() as session:
        rows = _rows(session)
    wrong = []
    for name, case in (*CASES.items(), *TO_OTHERS):
        tried = Tried(place, verbs[name], case, rows)
        effects = dict(tried.routes(browser))
        does = verbs[name].level is Level.CHARTER or all(deeds for deeds, _, _ in effects.values())
        if len(set(effects.values())) != 1 or not does:
            wrong += [f"{name} by {route}: {done} {told}" for route, (done, told, _) in effects.items()]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_kind_of_question_to_who_organises_stands_in_their_letter_with_its_words(place: Town) -> None:
    items = sa.select(LetterItem.thing).join(Letter, Letter.id == LetterItem.letter_id).where(Letter.week.is_not(None))
    with place.database.reading() as session:
        assert set(session.scalars(items)) == set(place.hub.waiting.kinds)  # what is said of each was tried as it left


def other_words(town: Town) -> list[str]:
    """Words of a verb that its thing hears as another verb, or as none."""
    found = []
    for verb in town.hub.verbs:
        case = CASES[verb.name]
        kinds = [case.kind] if "*" in verb.things else verb.things
        for word in (word for words in verb.words.values() for word in (words[:1] if verb.reads else words)):
            said = f"{word}{case.behind}" if verb.reads else word
            heard = {
                call.verb.name if call else None for kind in kinds for call in [town.hub.verbs.recognise(said, kind)]
            }
            found += [f"{verb.name}: {said!r}"] if heard - {verb.name} else []
    return found


def signed_in(town: Town, email: str) -> tuple[FlaskClient, str]:
    """A browser in which this person has signed in, and the key of their forms."""
    browser = make_app(town.hub).test_client()
    browser.post("/login", data={"email": email}, base_url=BASE_URL)
    town.settles()
    mail = town.mailbox(email)[-1]
    [path] = re.findall(rf"{BASE_URL}(/login/\S+)", _text(mail))
    browser.post(path, base_url=BASE_URL)
    keys = re.findall(r'name="key" value="([^"]+)"', browser.get("/me", base_url=BASE_URL).text)
    return browser, keys[0]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


class Tried:
    """One verb, by one route after another."""

    def __init__(self, town: Town, verb: Verb, case: Case, rows: Rows) -> None:
        self.town, self.verb, self.case = town, verb, case
        self.rows = rows  # while nothing is done
        with town.database.reading() as session:
            author = persons.find(session, case.author)
            assert author is not None, case.author
            self.author = author
            self.thing = Thing(case.kind, self._id(session))

    def _id(self, session: Session) -> int:
        if self.case.find is not None:
            found = session.execute(self.case.find).scalar()
            assert found is not None, f"nothing to say {self.verb.name!r} to"
            return int(found)
        wanted = sa.select(MailList.id).where(MailList.slug == self.case.group)
        return session.scalar(wanted) or 0

    def routes(self, browser: tuple[FlaskClient, str]) -> Iterator[tuple[str, Effect]]:
        """Each route with what it did; one that may not do it says so and does nothing, and is not among them."""
        for language in LANGUAGES:
            for word in self.verb.words.get(language, ())[:1]:
                yield f"reply {word}", self._by_mail(self._token_address(), f"{word}{self.case.behind}")
                if self.case.group:
                    yield f"group {word}", self._by_mail(f"{self.case.group}@lists.test", f"{word}{self.case.behind}")
                if self.thing.kind == "post" and self.verb.level is not Level.PUBLIC:
                    yield f"answer {word}", self._by_answer(f"{word}{self.case.behind}")
        for suffix in (suffix for forms in self.verb.suffixes.values() for suffix in forms):
            said = self.case.behind.strip(": ") if self.verb.name == "search" else ""
            if self.verb.name != "pause":  # an address says no length
                yield f"address {suffix}", self._by_mail(f"{self.case.group}-{suffix}@lists.test", said)
        if self.case.prose:
            yield "reply in prose", self._by_mail(self._token_address(), self.case.prose)
        if (page := self._by_page()) is not None:
            yield "page", page
        if self._is_on_own_page():
            effect = self._by_own_page(*browser)
            if self.verb.level is Level.CHARTER:  # by mail it takes a second one; signing in is as good
                assert effect[0] == (self.verb.name,)
            else:
                yield "own page", effect

    def _by_mail(self, to: str, text: str) -> Effect:
        return self._effect(lambda session: self._arrives(session, to, text))

    def _by_answer(self, text: str) -> Effect:
        """To the whole group; a moderator is asked whether they mean it, which does nothing yet, and means it."""
        with self.town.database.reading() as session:
            post = session.get_one(Post, self.thing.id)
            to = f"{session.get_one(MailList, post.list_id).slug}@lists.test"

        def says(session: Session) -> None:
            self._arrives(session, to, text, f"In-Reply-To: <{post.message_id}>\r\n")

        def is_asked(session: Session) -> None:
            before = _last_deed(session), session.scalars(_LAST_SURE).one()
            says(session)
            assert (_last_deed(session), _rows(session)) == (before[0], self.rows), self.verb.name
            assert session.scalars(_LAST_SURE).one() > before[1], self.verb.name

        def means_it(session: Session) -> None:
            sure = Thing(things.SURE, session.scalars(_LAST_SURE).one())
            self._arrives(session, _answers(self.town, self.author, sure), "yes", number=2)

        if self.verb.level is not Level.OFFICE:
            return self._effect(says)
        deeds, told, rows = self._effect(means_it, after=is_asked)
        assert deeds == ("do-it",), self.verb.name
        return (self.verb.name,), told, rows

    def _arrives(self, session: Session, to: str, text: str, answering: str = "", number: int = 1) -> None:
        """A mail of theirs, as it comes in; by every route it has the same id, since what it becomes names that."""
        hub, now = self.town.hub, self.town.clock.now()
        raw = (
            f"From: {self.case.author}\r\nTo: {to}\r\nSubject: Re: so\r\nMessage-ID: <tried{number}@example.org>\r\n"
            f"{answering}"
            f"Date: Mon, 09 Mar 2026 09:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()
        envelope = intake.Envelope(self.case.author, (to,), "127.0.0.1", "smtp")
        receipt = intake.keep(session, hub.site, envelope, raw, now=now)
        said = read(raw, self.case.author)
        dispose(arrive(hub, session, receipt, raw, said, now, authenticity=GENUINE), to, 0)

    def _by_page(self) -> Effect | None:
        """Pressing what a button of a mail leads to: only what a token, or the mailbox that was asked, may do."""
        if self.thing.kind in ("me",) or self.case.behind or self.case.prose:
            return None
        with self.town.database.reading() as session:
            asking = acting.open_asking(session, self.thing, self.author.id)
        evidence = Evidence(token=True, mailbox=asking is not None and asking.address_id is not None)
        verb = self.verb
        ruling = allows(
            verb.level, evidence, on_record=True, one_tap=verb.one_tap, mailbox_suffices=verb.mailbox_suffices
        )
        kind = kind_named(self.thing.kind)
        assert kind is not None
        token = self.town.hub.site.keys.issue_link(
            Token(kind, self.author.id, self.thing.id), epoch=self.author.token_epoch
        )
        told: list[str] = []
        effect = self._effect(lambda _session: told.append(self.town.web.post(f"/a/{token}?v={verb.name}").text))
        if isinstance(ruling, Allowed):
            return effect
        assert effect == ((), (), self.rows), f"{verb.name} by a button that proves too little"
        assert "by mail" in told[0], verb.name
        return None

    def _is_on_own_page(self) -> bool:
        return self.verb.name in preferences.OF_A_GROUP | preferences.OF_THE_PERSON.keys()

    def _by_own_page(self, browser: FlaskClient, key: str) -> Effect:
        form = {"key": key, "do": self.verb.name, "in": self.case.group, "sure": "yes", **self.case.fields}
        return self._effect(lambda _session: browser.post("/me", data=form, base_url=BASE_URL))

    def _token_address(self) -> str:
        return _answers(self.town, self.author, self.thing)

    def _effect(self, act: Callable[[Session], object], after: Callable[[Session], object] | None = None) -> Effect:
        """What this changes and whom it writes to, `after` something else, and then everything is as it was."""
        database = self.town.database
        with database.transaction() as session:
            if self.verb.name == "go-on":  # a mailing that came back from everywhere
                carried = session.get_one(Mailing, self.thing.id)
                carried.broken_at, carried.state = self.town.clock.now(), MailingState.PAUSED
                session.flush()
            if after is not None:
                after(session)
            before = _owed(session), _last_deed(session)
            with _within(database, session):
                act(session)
            session.flush()
            told = sorted((entry, email) for entry, email, _ in _owed(session) - before[0])
            found = (self._deeds(session, before[1]), tuple(told), _rows(session))
            session.rollback()
        return found

    def _deeds(self, session: Session, last: int) -> tuple[str, ...]:
        done = session.scalars(sa.select(Deed.verb).where(Deed.id > last).order_by(Deed.id))
        return tuple(done)


@contextmanager
def _within(database: object, session: Session) -> Iterator[None]:
    """Pages work in this transaction, and commit nothing."""
    with (
        patch.object(database, "transaction", lambda: nullcontext(session)),
        patch.object(database, "reading", lambda: nullcontext(session)),
    ):
        yield


def _last_deed(session: Session) -> int:
    return session.scalar(sa.select(sa.func.max(Deed.id))) or 0


def _owed(session: Session) -> set[tuple[str, str, int]]:
    """Service mails: the entry of the catalogue and whom it is to, whichever way it was asked for."""
    rows = session.execute(_OWED)
    return {(key.partition("/")[0].rpartition(".")[0], email, occurrence) for key, email, occurrence in rows}


def _rows(session: Session) -> Rows:
    """What verbs change, as the rows say it."""
    return tuple(tuple(sorted(map(repr, session.execute(wanted).all()))) for wanted in _LOOKED_AT)


def _email_of(person: InstrumentedAttribute[int]) -> sa.ScalarSelect[str]:
    """People by their address, since what is taken back leaves gaps in ids."""
    return sa.select(Address.email).where(Address.rank == 0, Address.person_id == person).scalar_subquery()


def _words_of(raw: InstrumentedAttribute[int]) -> sa.ScalarSelect[str]:
    return sa.select(Raw.sha256).where(Raw.id == raw).scalar_subquery()


# Made once: each is run before and after every route.
_OWED = (
    sa.select(Mailing.key, Address.email, Delivery.occurrence)
    .join(Delivery, Delivery.mailing_id == Mailing.id)
    .join(Address, (Address.person_id == Delivery.person_id) & (Address.rank == 0))
    .where(Mailing.source.in_(("site.service", "lists.service")))
)
_LAST_SURE = sa.select(sa.func.max(Question.id)).where(Question.kind == things.SURE)
_THEIRS = _email_of(Subscription.person_id)
_LOOKED_AT: tuple[sa.Executable, ...] = (
    sa.select(Subscription.list_id, _THEIRS, Subscription.state, Subscription.delivery, Subscription.paused_until),
    sa.select(_email_of(Person.id), Person.name, Person.language),
    sa.select(ThreadMute.person_id, ThreadMute.thread_id),
    sa.select(LetterReader.person_id, LetterReader.at, LetterReader.days),
    sa.select(HeldPost.id, HeldPost.state, HeldPost.note, HeldPost.thread_id, HeldPost.leaves_at),
    sa.select(HeldPost.id, _words_of(HeldPost.raw_id)),
    sa.select(Post.list_id, Post.number, Post.state, _words_of(Post.raw_id)),
    sa.select(Measure.list_id, Measure.thread_id, Measure.person_id, Measure.tool, Measure.detail, Measure.until),
    sa.select(Measure.list_id, Measure.begun_by, Measure.begun_at, Measure.ended_by, Measure.ended_at),
    # Whether a moderator means what they wrote is asked by one route alone.
    sa.select(Question.kind, Question.list_id, Question.outcome, Question.settled_by).where(
        Question.kind != things.SURE
    ),
    sa.select(JourneyRow.slug, JourneyRow.version),
    sa.select(_email_of(Enrolment.person_id), Enrolment.step, Enrolment.phase, Enrolment.ended),
    sa.select(Question.kind, _email_of(Asking.person_id), Asking.verb)
    .join(Asking, Asking.question_id == Question.id)
    .where(Question.kind != things.SURE),
)
