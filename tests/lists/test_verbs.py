"""The words of this room: each one our mails name is a verb that the mail's own thing understands."""

import ast
import re
from pathlib import Path

import pytest

import mailhub.lists
from mailhub.authority import Level
from mailhub.content import Localised
from mailhub.language import LANGUAGES, entries
from mailhub.lists import poster, things, vocabulary
from mailhub.lists.definition import GOALS, ListDefinition
from mailhub.lists.verbs import VERBS
from mailhub.verbs import Verbs
from tests.lists.village import SITE

VERBS_OF_LISTS = Verbs(VERBS)
OF_OTHERS = ("annulla", "undo", "stato", "status", "dati", "data", "dimenticami", "forget me")  # verbs of other rooms
QUOTED = {"it": re.compile(r"«([^»]+)»"), "en": re.compile(r'"([^"]+)"')}
# What each mail is about: the kind its Reply-To names.
ABOUT = {
    "confirm": things.JOIN,
    "confirm-again": things.JOIN,
    "invited": things.JOIN,
    "changed": things.POST,
    "corrected": things.POST,
    "correct-how": things.POST,
    "withdraw-too-late": things.POST,
    "confirm-unasked": things.UNASKED,
    "seems-personal": things.PERSONAL,
    "seems-personal-again": things.PERSONAL,
    "join-asked": things.APPROVAL,
    "join-waits": things.APPROVAL,
    "held": things.HELD,
    "held-for-moderators": things.HELD,
    "held-reworded": things.HELD,
    "held-no-answer": things.HELD,
    "rephrase-asked": things.REPHRASE,
    "edit-proposed": things.EDIT,
    "words-wanted": things.HELD,
    "done-rephrase": things.HELD,
    "done-edit": things.HELD,
    "done-vote": things.HELD,
    "done-trust": things.HELD,
    "done-ban": things.HELD,
    "new-words-wanted": things.HELD,
    "reworded": things.HELD,
    "edit-kept": things.HELD,
    "edit-declined": things.HELD,
    "help-moderating": things.HELD,
    "conversation-muted": things.POST,
    "conversation-followed": things.POST,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_a_mail_names_is_understood_in_reply_to_it(language: str) -> None:
    named = 0
    for key, entry in entries(language, "lists").items():
        mail, _, part = key.removeprefix("lists.").partition(".")
        if part != "text":
            continue
        assert isinstance(entry, str)
        for word in QUOTED[language].findall(entry):
            if "{" in word or word in OF_OTHERS:  # or a subject
                continue
            call = VERBS_OF_LISTS.recognise(word, ABOUT.get(mail, things.LIST))
            assert call is not None, (mail, word)
            named += 1
    assert named > 30


@pytest.mark.parametrize(
    ("line", "kind", "verb"),
    [
        ("sì", things.JOIN, "confirm"),
        ("SI", things.JOIN, "confirm"),
        ("Sì, grazie.", things.UNASKED, "confirm"),
        ("ok", things.JOIN, "confirm"),
        ("no", things.JOIN, "decline"),
        ("sì", things.APPROVAL, "approve"),
        ("no", things.APPROVAL, "deny"),
        ("pubblica", things.HELD, "publish"),
        ("Publish!", things.HELD, "publish"),
        ("rifiuta è fuori tema", things.HELD, "refuse"),
        ("Rifiuta: " + "qui si parla di orti, e questo è un annuncio di vendita " * 3, things.HELD, "refuse"),
        ("pausa: due settimane", things.LIST, "pause"),
        ("ritira", things.HELD, "withdraw"),
        ("perche", things.POST, "why"),
        ("esci", things.JOIN, "leave"),
        ("lettera", things.LIST, "digest"),
        ("ogni messaggio", things.LIST, "each"),
        ("pausa due settimane", things.POST, "pause"),
    ],
)
def test_people_are_understood_as_they_write(line: str, kind: str, verb: str) -> None:
    call = VERBS_OF_LISTS.recognise(line, kind)
    assert call is not None
    assert call.verb.name == verb


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("sì", things.LIST),
        ("sì", things.HELD),
        ("pubblica", things.LIST),
        ("va bene", things.POST),
        ("pausa" + " lunga" * 20, things.LIST),
        ("pubblicala domani", things.HELD),
    ],
)
def test_a_word_belongs_to_its_thing(line: str, kind: str) -> None:
    assert VERBS_OF_LISTS.recognise(line, kind) is None


def test_what_each_verb_demands() -> None:
    levels = {verb.name: verb.level for verb in VERBS}
    assert {name for name, level in levels.items() if level is Level.PUBLIC} == {
        *("help", "owner", "lists", "help-moderating", "help-calming"),
    }
    assert {name for name, level in levels.items() if level is Level.LIGHT} == {
        "leave",
        "pause",
        "resume",
        "why",
        "join",
        "mute",
        "follow",
    }
    assert {name for name, level in levels.items() if level is Level.OFFICE} == {
        *("approve", "deny", "publish", "refuse", "rephrase", "edit", "trust", "ban", "readmit"),
        *("slow", "letter-only", "closed", "voices", "lift", "uphold", "lift-appealed", "mediation", "handled"),
    }
    assert {verb.name for verb in VERBS if verb.mailbox_suffices} == {
        *("confirm", "decline", "to-all", "to-one", "to-nobody"),
    }
    assert {verb.name for verb in VERBS if verb.undo} == {
        *("leave", "pause", "resume", "each", "digest"),
        *("mute", "follow", "enrol", "invite", "correct", "trust", "ban", "readmit"),
        *("slow", "letter-only", "closed", "voices", "wait"),
    }


def test_addresses_speak_both_languages() -> None:
    for verb in ("join", "leave", "pause", "digest", "each", "help", "owner"):
        for language in LANGUAGES:
            found = VERBS_OF_LISTS.by_suffix(vocabulary.suffix(verb, language))
            assert found is not None
            assert found.name == verb
    told = {s for forms in vocabulary.SUFFIXES.values() for words in forms.values() for s in words}
    assert {"iscriviti", "esci", "pausa", "lettera", "ogni", "aiuto", "chi"} <= told


def test_every_key_this_room_tells_has_its_words() -> None:
    known = {key for room in ("lists", "calm", "inbound", "footer") for key in entries("it", room)}
    keys = set()
    for path in Path(mailhub.lists.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "tell":
                said = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                keys |= {key if "." in key else f"lists.{key}" for key in said}
    assert len(keys) >= 14
    assert [key for key in keys if f"{key}.subject" not in known] == []


def test_every_goal_has_its_official_name() -> None:
    for language in LANGUAGES:
        assert set(entries(language, "topics")) == {f"topics.{goal}" for goal in GOALS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_poster_holds_its_address_its_code_and_eight_strips(language: str) -> None:
    title = Localised.of({"it": "Orto <urbano>", "en": "Garden"})
    page = poster.poster(ListDefinition("orto", title), SITE, VERBS_OF_LISTS, language)
    address = "orto-iscriviti@lists.test" if language == "it" else "orto-join@lists.test"
    assert page.count(f">{address}<") == 1
    assert page.count('<div class="strip">') == poster.STRIPS == 8
    assert page.count(address) == 1 + poster.STRIPS
    assert "<svg" in page
    assert "<urbano>" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
