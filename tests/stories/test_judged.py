"""Some of the judged answers as whole mails: in by the door, out as posts in their conversations or as a question."""

import re

import pytest

from tests.digests.judged import cases, clients, letters
from tests.digests.judged.cases import ASKED, LEFT_OUT, Case
from tests.stories.test_letter import body, letter_to
from tests.stories.town import Town

BRUNO = "Bruno Valli <bruno@example.org>"
AUTHORS = {
    "Bruno Valli": BRUNO,
    "Aldo Neri": "Aldo Neri <aldo@example.org>",
    "Rita Moro": "Rita Moro <rita@example.org>",
}
QUESTION = {"it": "A quale messaggio rispondi?", "en": "Which message do you mean?"}
SAMPLE = {"it": 18, "en": 12}
TOKEN = re.compile(r"(?:\br\.|/me/)[a-z2-7]{30,}")


def sends_letter(town: Town, language: str) -> str:
    """The judged letter, made anew; gives the address that answers it."""
    me = clients.TO[language]
    slugs = dict(zip(letters.GROUPS[language], ("orto", "piazza"), strict=True))
    for title, slug in slugs.items():
        people = [me, *AUTHORS.values()]
        town.opens_list(slug, people, language=language, title=title, default_delivery="digest", fold_after=5)
    for item in letters.items(language):
        said = item.printed.split("\n\n", 1)[1].rsplit("\n\n", 1)[0]
        town.writes(AUTHORS[item.author], to=f"{slugs[item.group]}@lists.test", subject=item.title, text=said)
        town.passes(minutes=5)
    town.passes(days=1)
    for slug in slugs.values():
        town.writes(BRUNO, to=f"{slug}-each@lists.test")
    letter = letter_to(town, address(me))
    assert TOKEN.sub("", body(letter)) == TOKEN.sub("", letters.text(language))
    return str(letter["Reply-To"])


def sample(language: str) -> list[Case]:
    """Answers with one truth only, spread over all there are."""
    plain = [case for case in cases.load(letters.HERE) if case.language == language and is_plain(case)]
    return plain[:: len(plain) // SAMPLE[language]][: SAMPLE[language]]


def is_plain(case: Case) -> bool:
    places = [line.places for truth in case.truths for line in truth if line.places != (LEFT_OUT,)]
    goes = {place for several in places for place in several}
    has_words = all(line.words for truth in case.truths for line in truth)
    is_one = has_words and len(case.truths) == 1 and all(len(several) == 1 for several in places)
    return is_one and bool(goes) and all(place.isdigit() or place == ASKED for place in goes) and bool(case.said)


def address(person: str) -> str:
    return person.partition("<")[2].rstrip(">")


@pytest.mark.parametrize("language", ["it", "en"])
def test_answers_leave_as_posts_of_their_conversation_or_come_back_as_a_question(town: Town, language: str) -> None:
    to, me = sends_letter(town, language), address(clients.TO[language])
    titles = {f"Re: {item.title}": str(item.number) for item in letters.items(language)}
    for place, case in enumerate(sample(language)):
        town.inbox(address(BRUNO))
        town.inbox(me)
        town.written.append(case.said)
        raw = clients.mail(case.client, case.said, case.language)
        raw = raw.replace(letters.ADDRESS.encode(), to.encode()).replace(b"<answer@", f"<answer{place}@".encode())
        town.receives(raw, me, [to])
        posts = {titles[str(post["Subject"])]: body(post).split("\n\n-- ")[0] for post in town.inbox(address(BRUNO))}
        [truth] = case.truths
        meant = {line.places[0]: line.words for line in truth if line.places[0].isdigit()}
        assert set(posts) == set(meant), case.name
        assert all(cases.says(meant[number], posts[number]) for number in meant), (case.name, posts)
        is_asked = any(line.places[0] == ASKED for line in truth)
        assert (QUESTION[language] in town.subjects(me)) == is_asked, case.name


def test_thirty_are_tried() -> None:
    assert [len(sample(language)) for language in ("it", "en")] == [18, 12]
