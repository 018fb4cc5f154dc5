"""Who has lost a mailbox writes from a new one: it is proven, an organiser vouches, and the old one may say no."""

from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from mailhub.lists.tables import MailList
from mailhub.people import persons, roles
from mailhub.people.tables import Activity
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, OLGA, OTTO = "ana@example.org", "bruno@example.org", "olga@example.org", "otto@example.org"
NEW, OTHER, NOBODY = "ana@new.example", "mallory@new.example", "nobody@new.example"
VOUCH, PROOF, WARNED = "Do you vouch for Ana?", "Do you read this mailbox?", "Is a new address yours?"
MOVED = "Done: from now on we write here"


def opens(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], organiser=OLGA)


def claims(town: Town, author: str = NEW, text: str = f"It's me: {ANA}", to: str = "garden@lists.test") -> None:
    """They write, and prove that they read the mailbox."""
    town.writes(author, to=to, text=text)
    [asked] = town.inbox(author)
    assert asked["Subject"] == PROOF
    town.replies(author, asked, "yes")
    assert town.subjects(author) == ["Your request is on record"]


def vouched(town: Town) -> EmailMessage:
    """Olga vouches; what the address on record is told."""
    opens(town)
    claims(town)
    [asked] = town.inbox(OLGA)
    town.replies(OLGA, asked, "Vouch")
    [warned] = town.inbox(ANA)
    assert (warned["Subject"], NEW in body(warned), "Thursday 12 March" in body(warned)) == (WARNED, True, True)
    return warned


def is_hers(town: Town, email: str = NEW) -> bool:
    """Whether this address is Ana's."""
    ana, found = town.person(ANA), town.person(email)
    return ana is not None and found is not None and ana.id == found.id


def history(town: Town) -> list[str]:
    with town.database.reading() as session:
        ana = persons.find(session, ANA)
        mine = sa.select(Activity.what).where(Activity.person_id == (ana.id if ana else 0)).order_by(Activity.id)
        return [what for what in session.scalars(mine) if what.startswith("address.")]


def test_by_proof_voucher_and_silence_mail_goes_to_the_new_address(town: Town) -> None:
    vouched(town)
    assert town.subjects(OLGA) == ["Your word for Ana is on record"]
    town.passes(days=2, hours=23)
    assert (is_hers(town), town.inbox(NEW)) == (False, [])
    town.passes(hours=2)
    assert town.subjects(NEW) == [MOVED]
    assert town.subjects(ANA) == ["From now on we write to another address"]
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    assert (town.subjects(NEW), town.inbox(ANA)) == (["Seeds"], [])
    town.writes(NEW, to="garden@lists.test", subject="Beans", text="I do")
    assert town.subjects(BRUNO)[-1] == "Beans"
    assert history(town)[-4:] == ["address.vouched", "address.added", "address.confirmed", "address.preferred"]


def test_chi_ha_perso_la_casella_la_ritrova(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], organiser=OLGA)
    paese.writes(NEW, to="hub@lists.test", text="Ho cambiato indirizzo, Ana")
    [asked] = paese.inbox(NEW)
    paese.replies(NEW, asked, "sì")
    [noted] = paese.inbox(NEW)
    assert "lunedì 23 marzo" in body(noted)
    [asked] = paese.inbox(OLGA)
    assert asked["Subject"] == "Garantisci per Ana?"
    paese.replies(OLGA, asked, "garantisco")
    paese.passes(days=4)
    assert paese.subjects(NEW) == ["Fatto: da adesso ti scriviamo qui"]
    assert is_hers(paese)


def test_the_address_on_record_says_no_and_nothing_changes(town: Town) -> None:
    warned = vouched(town)
    town.inbox(OLGA)
    town.replies(ANA, warned, "not me")
    assert town.subjects(ANA) == ["Done: nothing has changed"]
    assert town.subjects(OLGA) == [f"A no for {NEW}"]
    town.passes(days=20)
    assert (is_hers(town), town.inbox(NEW)) == (False, [])  # who claims is not told that anybody has spoken
    assert history(town)[-1] == "address.refused"


def test_the_address_on_record_says_yes_and_need_not_wait(town: Town) -> None:
    warned = vouched(town)
    town.replies(ANA, warned, "Yes")
    assert (town.subjects(NEW), is_hers(town)) == ([MOVED], True)


def test_a_forged_yes_of_the_address_on_record_hastens_nothing(town: Town) -> None:
    warned = vouched(town)
    town.replies(ANA, warned, "Yes", headers=FORGED)
    town.replies(OTHER, warned, "Yes")
    assert (town.last(), is_hers(town)) == (("held", "not-theirs"), False)


def test_silence_is_taken_back_within_two_weeks_and_not_later(town: Town) -> None:
    vouched(town)
    town.passes(days=4)
    town.inbox(NEW)
    [told] = town.inbox(ANA)
    town.passes(days=9)
    town.replies(ANA, told, "Not me")
    assert town.subjects(ANA) == ["Done: we write to you here again"]
    assert f"A no for {NEW}" in town.subjects(OLGA)
    assert not is_hers(town)
    town.writes(NEW, to="garden@lists.test", subject="Beans", text="I do")
    assert town.subjects(BRUNO) == []
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    assert town.subjects(ANA) == ["Seeds"]
    town.replies(ANA, told, "Not me")
    assert town.subjects(ANA) == ["That question is closed already"]


def test_after_two_weeks_the_new_address_stays(town: Town) -> None:
    vouched(town)
    town.passes(days=18)
    told = town.inbox(ANA)[-1]
    town.replies(ANA, told, "Not me")
    assert (town.subjects(ANA), is_hers(town)) == (["That question is closed already"], True)


def test_what_cannot_be_taken_back_waits_as_long_as_the_address_can(town: Town) -> None:
    vouched(town)
    town.passes(days=4)
    town.inbox(NEW)
    for word in ("data", "forget me"):
        town.writes(NEW, to="hub@lists.test", text=word)
    assert town.subjects(NEW) == ["Not yet: your address is new"] * 2
    town.passes(hours=1)
    assert town.inbox(NEW) == []
    town.passes(days=14)
    town.inbox(NEW)
    town.writes(NEW, to="hub@lists.test", text="data")
    assert town.subjects(NEW) == ["In ten minutes we ask you once more"]  # by two mails, as ever
    town.passes(minutes=11)
    assert town.subjects(NEW) == ["Do you confirm what you asked for?"]


def test_who_claims_hears_the_same_whoever_they_name(town: Town) -> None:
    opens(town)
    heard = []
    texts = (f"It's me: {ANA}", "It's me: zed@nowhere.example", "It's me, Ana", "It's me, Zed", "It's me")
    for number, text in enumerate(texts):
        author = f"m{number}@new.example"
        town.writes(author, to="garden@lists.test", text=text)
        [asked] = town.inbox(author)
        town.replies(author, asked, "yes")
        [noted] = town.inbox(author)
        heard.append([(mail["Subject"], mail["From"], body(mail)) for mail in (asked, noted)])
    assert heard == [heard[0]] * len(texts)
    assert len(town.inbox(OLGA)) == len(texts)
    town.passes(days=30)
    assert not any(town.inbox(f"m{number}@new.example") for number in range(len(texts)))


def test_nobody_is_asked_before_the_mailbox_is_proven(town: Town) -> None:
    opens(town)
    town.writes(NEW, to="garden@lists.test", text=f"It's me: {ANA}", headers=FORGED)
    assert (town.last(), town.inbox(NEW)) == (("held", "unproven"), [])
    town.writes(NEW, to="garden@lists.test", text=f"It's me: {ANA}")
    [asked] = town.inbox(NEW)
    town.replies(OTHER, asked, "yes")
    assert town.last() == ("held", "not-theirs")
    town.passes(days=4)
    town.replies(NEW, asked, "yes")
    assert (town.inbox(OLGA), town.inbox(ANA)) == ([], [])


def test_who_claims_twice_makes_nobody_read_twice(town: Town) -> None:
    opens(town)
    claims(town)
    for to in ("garden@lists.test", "hub@lists.test"):
        claims(town, to=to)
    town.opens_list("choir", members=[OTTO], organiser=OTTO)
    claims(town, text="It's me", to="choir@lists.test")
    assert (town.subjects(OLGA), town.inbox(OTTO)) == ([VOUCH], [])


def test_a_crowd_of_strangers_does_not_fill_an_organisers_mailbox(town: Town) -> None:
    opens(town)
    for number in range(8):
        claims(town, f"m{number}@new.example")
    assert town.subjects(OLGA) == [VOUCH] * 5


def test_an_organiser_of_another_group_cannot_vouch(town: Town) -> None:
    opens(town)
    town.opens_list("choir", members=[OTTO], organiser=OTTO)
    claims(town, to="choir@lists.test")  # it names somebody of the garden, so the garden is asked
    assert town.inbox(OTTO) == []
    [asked] = town.inbox(OLGA)
    town.replies(OTTO, asked, "vouch")
    assert town.last() == ("held", "not-theirs")
    claims(town, OTHER, "It's me", to="choir@lists.test")
    [asked] = town.inbox(OTTO)
    assert asked["Subject"] == "Who writes from a new address?"
    town.replies(OTTO, asked, f"vouch {ANA}")
    assert town.subjects(OTTO) == ["For whom do you vouch?"]
    assert town.inbox(ANA) == []


def test_an_organiser_who_is_one_no_longer_cannot_vouch(town: Town) -> None:
    opens(town)
    town.opens_list("garden", organisers=[OLGA, OTTO])
    claims(town)
    [asked] = town.inbox(OTTO)
    with town.database.transaction() as session:
        garden = session.scalars(sa.select(MailList.id).where(MailList.slug == "garden")).one()
        otto = persons.find(session, OTTO)
        assert otto is not None
        roles.take(session, otto.id, roles.ORGANISER, garden, now=town.clock.now())
    town.replies(OTTO, asked, "vouch")
    [outdated] = town.inbox(OTTO)
    town.replies(OTTO, outdated, "vouch")
    assert town.subjects(OTTO) == ["For whom do you vouch?"]
    assert town.inbox(ANA) == []


def test_an_organiser_says_whom_a_nameless_claim_means(town: Town) -> None:
    opens(town)
    claims(town, text="It's me\nwe met on Saturday")
    [asked] = town.inbox(OLGA)
    assert "> we met on Saturday" in body(asked)
    town.replies(OLGA, asked, f"Vouch: {ANA}")
    town.passes(days=4)
    assert is_hers(town)


def test_an_organiser_says_no_and_the_others_hear_that_it_is_settled(town: Town) -> None:
    opens(town)
    town.opens_list("garden", organisers=[OLGA, OTTO])
    claims(town)
    [asked], [late] = town.inbox(OLGA), town.inbox(OTTO)
    town.replies(OLGA, asked, "no")
    assert town.subjects(OTTO) == ["Your word is no longer needed"]
    town.replies(OTTO, late, "vouch")
    assert town.subjects(OTTO) == ["That question is closed already"]
    assert town.inbox(ANA) == []


def test_who_vouched_takes_it_back_within_a_day(town: Town) -> None:
    vouched(town)
    [told] = town.inbox(OLGA)
    town.replies(OLGA, told, "undo")
    assert town.subjects(ANA) == ["Nothing changes"]
    town.passes(days=4)
    assert not is_hers(town)


@pytest.mark.parametrize("vouchers", [1, 2])
def test_whoever_has_an_office_needs_two_words(town: Town, vouchers: int) -> None:
    opens(town)
    town.opens_list("garden", organisers=[OLGA, OTTO], moderators=[ANA])
    claims(town)
    for email in (OLGA, OTTO)[:vouchers]:
        [asked] = town.inbox(email)
        assert "the word of another organiser is needed" in prose(asked)
        town.replies(email, asked, "vouch")
        town.replies(email, asked, "vouch")  # twice by one is still one
    town.passes(days=4)
    assert is_hers(town) is (vouchers == 2)


def test_nobody_vouches_for_themselves(town: Town) -> None:
    opens(town)
    claims(town, text=f"It's me: {OLGA}")
    assert town.inbox(OLGA) == []


def test_two_who_claim_to_be_the_same_are_not_both_believed(town: Town) -> None:
    vouched(town)
    town.inbox(OLGA)
    claims(town, OTHER)
    [asked] = town.inbox(OLGA)
    town.replies(OLGA, asked, "vouch")
    assert town.subjects(OLGA) == ["For Ana there is another address already"]
    town.passes(days=4)
    assert (is_hers(town), is_hers(town, OTHER)) == (True, False)


def test_a_word_in_reply_to_an_old_mail_says_who_is_meant_and_proves_nothing(town: Town) -> None:
    opens(town)
    town.writes(ANA, to="garden-help@lists.test")
    [told] = town.inbox(ANA)
    town.passes(days=200)
    town.replies(NEW, told, "It's me")
    [asked] = town.inbox(NEW)
    assert asked["Subject"] == PROOF
    town.replies(NEW, asked, "yes")
    assert (town.subjects(OLGA), town.inbox(ANA), is_hers(town)) == ([VOUCH], [], False)


def test_older_tokens_end_with_the_move(town: Town) -> None:
    opens(town)
    town.writes(ANA, to="garden-help@lists.test")
    [told] = town.inbox(ANA)
    claims(town)
    [asked] = town.inbox(OLGA)
    town.replies(OLGA, asked, "vouch")
    before = town.person(ANA)
    town.passes(days=4)
    after = town.person(ANA)
    assert before is not None
    assert after is not None
    assert after.token_epoch > before.token_epoch
    town.replies(OTHER, told, "leave")
    assert town.last() == ("held", "not-theirs")


def test_who_is_forgotten_meanwhile_is_not_found_again(town: Town) -> None:
    warned = vouched(town)
    town.writes(ANA, to="hub@lists.test", text="forget me")
    town.passes(minutes=11)
    asked = town.inbox(ANA)[-1]
    town.replies(ANA, asked, "confirm")
    town.passes(days=10)
    assert (town.inbox(NEW), town.person(NEW)) == ([], None)
    town.replies(OLGA, warned, "yes")
    assert town.inbox(NEW) == []


def test_nobody_can_vouch_for_who_was_forgotten(town: Town) -> None:
    opens(town)
    claims(town)
    [asked] = town.inbox(OLGA)
    town.writes(ANA, to="hub@lists.test", text="forget me")
    town.passes(minutes=11)
    town.replies(ANA, town.inbox(ANA)[-1], "confirm")
    town.passes(hours=3)
    town.replies(OLGA, asked, "vouch")
    town.passes(days=4)
    assert town.inbox(NEW) == []


def test_who_has_joined_on_their_own_meanwhile_stays_somebody_else(town: Town) -> None:
    vouched(town)
    town.inbox(OLGA)
    town.writes(NEW, to="garden-join@lists.test")
    [asked] = town.inbox(NEW)
    town.replies(NEW, asked, "yes")
    town.passes(days=4)
    assert town.subjects(OLGA) == ["Nothing has changed for Ana"]
    assert not is_hers(town)


def test_who_asks_to_be_forgotten_at_the_new_address_is_not_written_to_there(town: Town) -> None:
    vouched(town)
    town.inbox(OLGA)
    town.writes(NEW, to="hub@lists.test", text="forget me")
    town.passes(minutes=11)
    town.replies(NEW, town.inbox(NEW)[-1], "confirm")
    town.inbox(NEW)
    town.passes(days=4)
    assert town.subjects(OLGA) == ["Nothing has changed for Ana"]
    assert town.inbox(NEW) == []


def test_among_members_it_is_prose(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(BRUNO, to="orto@lists.test", subject="Chiavi", text="Chi le ha?")
    [asked] = paese.inbox(ANA)
    paese.replies(ANA, asked, "Sono io", to="orto@lists.test")
    assert paese.subjects(BRUNO)[-1] == "Re: Chiavi"
    paese.writes(ANA, to="hub@lists.test", text="sono io")
    assert paese.subjects(ANA)[-1] == "Ti conosciamo già da questo indirizzo"
