"""What organisers wrote becomes what runs when somebody says so; where both sides changed, they decide."""

from collections.abc import Callable

import pytest

from mailhub import config, content
from mailhub.cli.firstrun import prepare
from mailhub.cli.site import open_database
from mailhub.content import Value
from mailhub.db import versions
from mailhub.hub.build import Hub, all_verbs, build_hub
from mailhub.lists import publishing, reading
from mailhub.people import persons, roles
from tests.cli.conftest import Cli

NOTHING = "The files say what runs; there is nothing to publish.\n"


def orto(site: Cli, old: str, new: str) -> None:
    path = site.folder / "lists" / "orto.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def within(site: Cli, work: Callable[[Hub], None]) -> None:
    """Do this in the site, as its console would."""
    settings = config.load(site.config, {})
    hub = build_hub(settings, database=open_database(settings))
    work(hub)
    hub.close()


def console(site: Cli, **values: Value) -> None:
    """The console publishes the same group with these values changed."""

    def publish(hub: Hub) -> None:
        with hub.database.transaction() as session:
            now = hub.clock.now()
            running = {"title": "Orto", "moderate": "newcomers", **values}
            publishing.publish_values(session, "orto", running, verbs=all_verbs(), now=now)

    within(site, publish)


def test_a_new_site_plans_all_its_groups(cli: Cli) -> None:
    said = cli.says("plan")
    assert said.startswith("lists/notizie.yaml: new\n    the group opens, with nobody in it yet\n")
    assert cli.says("plan") == said


def test_what_is_published_is_not_published_again(site: Cli) -> None:
    assert site.says("plan") == NOTHING
    assert site.says("apply") == "Nothing was to be published.\n"


def test_a_comment_publishes_nothing(site: Cli) -> None:
    orto(site, "# A working group", "# A group that works")
    assert site.says("plan") == NOTHING


def test_a_change_is_told_with_its_lines_and_its_people(site: Cli) -> None:
    site.says("import", "members", site.file("m.csv", "email\na@example.org\n"), "--list", "orto", "--basis", "fogli")
    orto(site, "moderate: newcomers", "moderate: everyone")
    said = site.says("plan")
    assert said.startswith("lists/orto.yaml: changed\n    every message of 1 people would be read first\n")
    assert "    -moderate: newcomers\n    +moderate: everyone\n" in said
    assert site.says("apply").startswith("changed     lists/orto.yaml\n    every message of 1 people")
    assert site.says("plan") == NOTHING


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_every_mistake_is_told_with_its_line_and_nothing_is_published(site: Cli, command: str) -> None:
    orto(site, "moderate: newcomers", "moderate: nobdy")
    (site.folder / "lists" / "piazza.yaml").write_text("title: [\n")
    refused = site.refuses(command).splitlines()
    assert refused[0] == 'lists/orto.yaml:4: "moderate" is nobdy; did you mean "nobody"?'
    assert refused[1].startswith("lists/piazza.yaml:")
    assert len(refused) == 2


def test_a_file_that_is_gone_closes_its_group_only_when_somebody_says_so(site: Cli) -> None:
    (site.folder / "lists" / "notizie.yaml").unlink()
    assert "notizie: its file is gone\n    the group closes: 0 people" in site.says("plan")
    assert "Still open, though their file is gone: notizie." in site.says("apply")
    assert "closed      notizie\n" in site.says("apply", "--close")
    assert site.says("plan") == NOTHING


def test_the_file_of_a_closed_group_that_comes_back_opens_it_again(site: Cli) -> None:
    path = site.folder / "lists" / "notizie.yaml"
    text = path.read_text()
    path.unlink()
    site.says("apply", "--close")
    path.write_text(text)
    assert "lists/notizie.yaml: closed, and its file is back\n" in site.says("plan")
    assert "opened      lists/notizie.yaml\n" in site.says("apply")
    assert site.says("plan") == NOTHING


def test_the_first_run_publishes_groups_and_templates(cli: Cli) -> None:
    within(cli, prepare)
    assert cli.says("plan") == NOTHING


def test_a_template_is_planned_and_published_as_a_group_is(site: Cli) -> None:
    path = site.folder / "templates" / "welcome" / "welcome.it.md"
    path.write_text(path.read_text().replace("Tre parole", "Quattro parole"))
    said = site.says("plan")
    assert said.startswith("templates/welcome/welcome.it.md: changed\n    it: Iscrizione confermata: {{ group }}\n")
    assert "    +Quattro parole da ricordare" in said
    assert site.says("apply").startswith("changed     templates/welcome/welcome.it.md\n")
    assert site.says("plan") == NOTHING
    path.write_text(path.read_text().replace("{{ group }}", "{{ gruop }}"))
    assert site.refuses("apply").startswith(
        'templates/welcome/welcome.it.md:2: "gruop" is not declared under vars; did'
    )


def test_a_template_without_a_file_is_taken_back_only_when_somebody_says_so(site: Cli) -> None:
    path = site.folder / "templates" / "welcome" / "welcome.en.md"
    text = path.read_text()
    path.unlink()
    assert "welcome.en: its file is gone\n    nothing could be written by it any more" in site.says("plan")
    assert "Still published, though their file is gone: welcome.en." in site.says("apply")
    assert "taken back  welcome.en\n" in site.says("apply", "--close")
    assert site.says("plan") == NOTHING
    path.write_text(text)
    assert site.says("apply").startswith("changed     templates/welcome/welcome.en.md\n")


def test_a_template_of_the_console_is_exported_to_its_place(site: Cli) -> None:
    text = "---\nsubject: Ciao\n---\nCiao.\n"

    def publish(hub: Hub) -> None:
        with hub.database.transaction() as session:
            sha = content.text_fingerprint(text)
            versions.publish(session, "template", "ciao.it", sha, text, origin="console", now=hub.clock.now())

    within(site, publish)
    assert "ciao.it: changed in the console" in site.says("plan")
    assert site.says("export", "content") == "templates/ciao/ciao.it.md\n"
    assert (site.folder / "templates" / "ciao" / "ciao.it.md").read_text() == text
    assert site.says("plan") == NOTHING


def test_what_the_console_changed_waits_to_be_exported(site: Cli) -> None:
    console(site, moderate="everyone")
    assert "lists/orto.yaml: changed in the console" in site.says("plan")
    assert site.says("apply") == "Nothing was to be published.\n"
    assert site.says("export", "content") == "lists/orto.yaml\n"
    assert "moderate: everyone" in (site.folder / "lists" / "orto.yaml").read_text()
    assert site.says("plan") == NOTHING


def test_both_sides_changed_is_refused_until_one_is_named(site: Cli) -> None:
    console(site, moderate="everyone")
    orto(site, "moderate: newcomers", "moderate: nobody")
    refused = site.refuses("apply")
    assert refused.startswith("lists/orto.yaml: changed in the file and in the console\nNothing was published.")
    assert "Nothing was written." in site.refuses("export", "content")
    assert site.says("apply", "--theirs") == "Nothing was to be published.\n"
    assert site.says("apply", "--ours").startswith("changed     lists/orto.yaml\n")
    assert site.says("plan") == NOTHING


def test_the_consoles_side_can_be_written_over_the_file(site: Cli) -> None:
    console(site, moderate="everyone")
    orto(site, "moderate: newcomers", "moderate: nobody")
    assert site.says("export", "content", "--theirs") == "lists/orto.yaml\n"
    assert site.says("plan") == NOTHING


def test_who_holds_a_role_is_written_back(site: Cli) -> None:
    def appoint(hub: Hub) -> None:
        with hub.database.transaction() as session:
            group = reading.by_slug(session, "orto")
            person, _ = persons.meet(session, "mo@example.org", now=hub.clock.now())
            assert group is not None
            roles.grant(session, person.id, roles.MODERATOR, group.id, origin="verb", now=hub.clock.now())

    within(site, appoint)
    assert site.says("export", "content") == "lists/orto.yaml\n"
    text = (site.folder / "lists" / "orto.yaml").read_text()
    assert "moderators:\n  - mo@example.org" in text or "moderators: [mo@example.org]" in text
    assert text.startswith("# A working group")
    assert site.says("plan") == NOTHING
    assert site.says("export", "content") == "The files say what runs; nothing was to be written.\n"


def test_a_poster_is_one_page_in_the_asked_language(site: Cli) -> None:
    page = site.runs("poster", "orto", "--language", "it").stdout
    assert page.startswith('<!doctype html>\n<html lang="it">')
    assert "orto-iscriviti@lists.test" in page
    site.says("poster", "orto", str(site.folder / "orto.html"))
    assert 'lang="en"' in (site.folder / "orto.html").read_text()


def test_one_persons_data_is_everything_that_names_them(site: Cli) -> None:
    path = site.file("m.csv", "email,telefono\nanna@example.org,333\n")
    site.says("import", "members", path, "--list", "orto", "--basis", "fogli")
    said = site.runs("export", "person", "Anna@Example.org").stdout
    for part in ('"telefono"', '"333"', '"subscription": [', '"addresses": [', '"consents": ['):
        assert part in said
    assert "nobody with this address is known" in site.refuses("export", "person", "zoe@example.org")


def test_writing_members_out_is_found_in_each_ones_data(site: Cli) -> None:
    path = site.file("m.csv", "email\nanna@example.org\n")
    site.says("import", "members", path, "--list", "orto", "--basis", "fogli")
    site.says("export", "members", "--list", "orto")
    assert '"why": "export members"' in site.runs("export", "person", "anna@example.org").stdout
