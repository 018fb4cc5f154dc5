"""People join: by an address, by a first word, from paper; nobody is joined by somebody else."""

from tests.stories.town import Town, body


def test_who_asks_by_mail_confirms_by_one_word_and_is_welcome(town: Town) -> None:
    town.opens_list("garden")
    town.writes("Ana Rossi <ana@example.org>", to="garden-join@lists.test")
    [question] = town.inbox("ana@example.org")
    assert "yes" in body(question)
    town.replies("ana@example.org", question, "yes")
    [welcome] = town.inbox("ana@example.org")
    assert "garden@lists.test" in body(welcome)
