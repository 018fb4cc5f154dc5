"""Members from a file: checked whole, then applied in pages that a restart finishes; nothing is half imported."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import faults
from mailhub.db.session import Database
from mailhub.people import consent, importing, persons, roster, staging
from mailhub.people.checking import Newcomer, Report
from mailhub.people.importing import Importer
from mailhub.people.roster import Reason, Refused
from mailhub.people.tables import (
    Activity,
    Address,
    Consent,
    ConsentState,
    ImportJob,
    ImportRow,
    ImportState,
    Person,
    PersonField,
)
from mailhub.site import Site

BASIS = "registro della serata del 12 maggio"


@dataclass
class FakeRoll:
    """The list as the importer sees it; it keeps its members in a table of people that has room: their fields."""

    list_id: int = 3
    enrolled: list[Newcomer] = field(default_factory=list)

    def belongs(self, session: Session, person_ids: Collection[int]) -> Collection[int]:
        there = sa.select(PersonField.person_id).where(PersonField.name == "in_list")
        return set(session.scalars(there.where(PersonField.person_id.in_(person_ids))))

    def enrol(self, session: Session, newcomers: Sequence[Newcomer], *, now: datetime) -> None:
        for newcomer in newcomers:
            session.add(PersonField(person_id=newcomer.person_id, name="in_list", value="yes", at=now))
        session.flush()
        self.enrolled += newcomers


@dataclass
class Desk:
    """Somebody with a file, and a database."""

    database: Database
    site: Site
    now: datetime
    roll: FakeRoll = field(default_factory=FakeRoll)
    refused: list[Refused] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    @property
    def importer(self) -> Importer:
        return Importer(
            self.database, self.site, self.now, self.refused.append, lambda done, of: self.progress.append((done, of))
        )

    def imports(self, text: str, *, basis: str | None = BASIS, dry_run: bool = False) -> Report:
        return self.importer.members(
            roster.read(text.encode()),
            self.roll,
            file_name="soci.csv",
            imported_by="bruno@example.org",
            basis=basis,
            dry_run=dry_run,
        )

    def emails(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.scalars(sa.select(Address.email)))

    def count(self, table: type[Person | ImportRow | ImportJob | Activity | Consent]) -> int:
        with self.database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture
def desk(database: Database, site: Site, now: datetime) -> Desk:
    return Desk(database, site, now)


def many(count: int) -> str:
    return "email,name,town\n" + "".join(f"p{n}@example.org,Person {n},Town {n % 7}\n" for n in range(count))


def test_a_file_becomes_people_with_names_languages_zones_fields_and_subscriptions(desk: Desk) -> None:
    report = desk.imports(
        "Nome;Cognome;E-mail;Lingua;Fuso orario;Consegna;Città\n"
        "Anna;Rossi;Anna@Example.org;en;Europe/Lisbon;ogni;Forlì\n"
        "Bruno;;bruno@example.org;;;;\n"
    )
    assert (report.lines, report.imported, report.known, report.refused) == (2, 2, 0, Counter())
    with desk.database.reading() as session:
        anna, bruno = persons.find(session, "anna@example.org"), persons.find(session, "bruno@example.org")
        assert anna is not None
        assert bruno is not None
        assert (anna.name, anna.language, anna.time_zone) == ("Anna Rossi", "en", "Europe/Lisbon")
        assert (bruno.name, bruno.language, bruno.time_zone) == ("Bruno", None, None)
        assert persons.fields_of(session, anna.id)["citta"] == "Forlì"
        assert "citta" not in persons.fields_of(session, bruno.id)
        [address] = persons.addresses_of(session, anna.id)
        assert (address.email, address.email_key) == ("Anna@example.org", "anna@example.org")
        assert address.confirmed_at is None
        assert desk.roll.enrolled == [Newcomer(anna.id, "each", "en", True), Newcomer(bruno.id, None, None, True)]


def test_a_basis_is_consent_with_its_evidence(desk: Desk) -> None:
    text = "email\n\nanna@example.org\n"
    desk.imports(text)
    with desk.database.reading() as session:
        [step] = session.scalars(sa.select(Consent))
        assert (step.state, step.purpose, step.source, step.at) == (ConsentState.GIVEN, "list:3", "import", desk.now)
        assert step.evidence == {
            "basis": BASIS,
            "file": "soci.csv",
            "sha256": roster.read(text.encode()).sha256,
            "imported_by": "bruno@example.org",
            "line": 3,
        }
        assert consent.standing(session, [step.person_id], "list:3") == {step.person_id}


def test_without_a_basis_nobody_has_consented_and_the_silent_are_forgotten_later(desk: Desk) -> None:
    desk.imports("email\nanna@example.org\n", basis=None)
    assert desk.count(Consent) == 0
    assert [newcomer.consented for newcomer in desk.roll.enrolled] == [False]
    with desk.database.reading() as session:
        anna = persons.find(session, "anna@example.org")
        assert anna is not None
        assert anna.unconfirmed_until == desk.now + timedelta(days=30)


def test_somebody_we_know_keeps_what_we_know_and_gets_what_is_missing(desk: Desk) -> None:
    with desk.database.transaction() as session:
        anna, _ = persons.meet(session, "anna@example.org", name="Anna", now=desk.now)
        second = persons.add_address(session, anna, "anna@work.example", now=desk.now)
        assert second is not None
        persons.set_field(session, anna.id, "town", "Valbruna", now=desk.now)
        persons.set_field(session, anna.id, "trade", "baker", now=desk.now)
    report = desk.imports("email,name,language,town,trade\nanna@work.example,A. Rossi,en,Forlì,\n")
    assert (report.imported, report.known) == (1, 1)
    assert desk.count(Person) == 1
    with desk.database.reading() as session:
        known = session.get_one(Person, anna.id)
        assert (known.name, known.language) == ("Anna", "en")
        assert persons.fields_of(session, anna.id) == {"town": "Forlì", "trade": "baker", "in_list": "yes"}


def test_nobody_is_brought_who_belongs_left_or_is_suppressed(desk: Desk) -> None:
    with desk.database.transaction() as session:
        member, _ = persons.meet(session, "member@example.org", now=desk.now)
        desk.roll.enrol(session, [Newcomer(member.id, None, None, True)], now=desk.now)
        gone, _ = persons.meet(session, "gone@example.org", now=desk.now)
        for state in (ConsentState.GIVEN, ConsentState.WITHDRAWN):
            consent.record(session, gone.id, "list:3", state, now=desk.now, source="mail", evidence={})
        elsewhere, _ = persons.meet(session, "elsewhere@example.org", now=desk.now)
        consent.record(
            session, elsewhere.id, "list:4", ConsentState.WITHDRAWN, now=desk.now, source="mail", evidence={}
        )
        consent.suppress(session, desk.site, "erased@example.org", "erased", now=desk.now)
    report = desk.imports("email\nMember@example.org\ngone@example.org\nerased@EXAMPLE.org\nelsewhere@example.org\n")
    assert [(r.line, r.text, r.reason) for r in desk.refused] == [
        (2, "Member@example.org", Reason.MEMBER),
        (3, "gone@example.org", Reason.LEFT),
        (4, "erased@EXAMPLE.org", Reason.SUPPRESSED),
    ]
    assert (report.imported, report.lines) == (1, 4)
    assert desk.roll.enrolled[-1].person_id == elsewhere.id


def test_one_person_by_two_addresses_is_imported_once(desk: Desk) -> None:
    with desk.database.transaction() as session:
        anna, _ = persons.meet(session, "anna@example.org", now=desk.now)
        persons.add_address(session, anna, "anna@work.example", now=desk.now)
    report = desk.imports("email\nanna@example.org\nanna@work.example\n")
    assert (report.imported, [r.reason for r in desk.refused]) == (1, [Reason.TWICE])


def test_importing_again_changes_nothing(desk: Desk) -> None:
    desk.imports(many(5))
    report = desk.imports(many(5))
    assert (report.imported, report.refused) == (0, Counter({Reason.MEMBER: 5}))
    assert desk.count(Person) == 5
    assert len(desk.roll.enrolled) == 5


MIXED = "email;name;language\n" + "".join(
    f"p{n}@example.org;Person {n};it\n{line}\n"
    for n, line in enumerate(
        ["", "nobody", "p0@example.org", "x@example.org;x;fr", "known@example.org", ";;", "a;b;c;d"]
    )
)


def test_a_dry_run_writes_nothing_and_says_the_same(desk: Desk) -> None:
    with desk.database.transaction() as session:
        persons.meet(session, "known@example.org", now=desk.now)
    before = desk.emails()
    dry = desk.imports(MIXED, dry_run=True)
    told = list(desk.refused)
    assert desk.emails() == before
    assert (desk.count(ImportJob), desk.count(ImportRow)) == (0, 0)
    desk.refused.clear()
    real = desk.imports(MIXED)
    assert (dry.lines, dry.imported, dry.known, dry.refused) == (real.lines, real.imported, real.known, real.refused)
    assert told == desk.refused
    assert real.lines == 14 == real.imported + len(desk.refused)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "STAGE_AT_ONCE", 4)
    monkeypatch.setattr(importing, "APPLY_AT_ONCE", 3)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("page", [1, 2, 4])
def test_an_import_that_dies_between_pages_is_completed_at_the_next_start(desk: Desk, page: int) -> None:
    faults.arm(f"import.page=raise@{page}")
    try:
        with pytest.raises(faults.Injected):
            desk.imports(many(10))
    finally:
        faults.arm("")
    assert len(desk.emails()) == 3 * (page - 1)  # the page that died left nothing
    assert desk.count(ImportRow) == 10 - 3 * (page - 1)

    enrolled_before = {newcomer.person_id for newcomer in desk.roll.enrolled}
    fresh = Desk(desk.database, desk.site, desk.now + timedelta(hours=2))
    assert fresh.importer.resume(lambda list_id: FakeRoll(list_id)) == 1
    assert len(desk.emails()) == 10
    assert desk.count(ImportRow) == 0
    with desk.database.reading() as session:
        [job] = session.scalars(sa.select(ImportJob))
        assert (job.state, job.imported, job.staged) == (ImportState.DONE, 10, 10)
        here = session.scalars(sa.select(PersonField.person_id).where(PersonField.name == "in_list")).all()
        assert len(here) == len(set(here)) == 10
        assert session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 10
    assert len(enrolled_before) <= 3 * page
    assert fresh.importer.resume(lambda list_id: FakeRoll(list_id)) == 0


@pytest.mark.usefixtures("small_pages")
def test_hanging_up_while_lines_are_checked_leaves_nothing(desk: Desk) -> None:
    class HungUp(Exception):
        pass

    def hang_up(done: int, of: int) -> None:
        raise HungUp

    importer = Importer(desk.database, desk.site, desk.now, progress=hang_up)
    with pytest.raises(HungUp):
        importer.members(roster.read(many(10).encode()), desk.roll, file_name="x.csv", imported_by="bruno")
    assert desk.emails() == []
    assert (desk.count(ImportJob), desk.count(ImportRow)) == (0, 0)


@pytest.mark.usefixtures("small_pages")
def test_what_a_dead_process_had_not_staged_to_the_end_is_thrown_away(desk: Desk) -> None:
    entries = [line for line in roster.read(many(10).encode()) if isinstance(line, roster.Entry)]
    with desk.database.transaction() as session:
        job = staging.begin(session, staging.Order("members", "x.csv", "0", "bruno", 3), now=desk.now)
        staging.add(session, job.id, entries)
    assert desk.importer.resume(FakeRoll) == 0
    assert desk.count(ImportRow) == 10  # another process may be staging just now
    later = Desk(desk.database, desk.site, desk.now + timedelta(hours=1))
    assert later.importer.resume(FakeRoll) == 0
    assert (desk.count(ImportJob), desk.count(ImportRow)) == (0, 0)
    assert desk.emails() == []


@pytest.mark.usefixtures("small_pages")
def test_who_is_suppressed_or_joins_between_check_and_page_is_refused_after_all(desk: Desk) -> None:
    def world_moves_on(done: int, of: int) -> None:
        desk.progress.append((done, of))
        if (done, of) == (6, 6):  # all is checked, nothing applied
            with desk.database.transaction() as session:
                consent.suppress(session, desk.site, "p1@example.org", "bounce", now=desk.now)
                joins, _ = persons.meet(session, "p4@example.org", now=desk.now)
                desk.roll.enrol(session, [Newcomer(joins.id, None, None, True)], now=desk.now)

    importer = Importer(desk.database, desk.site, desk.now, desk.refused.append, world_moves_on)
    report = importer.members(roster.read(many(5).encode()), desk.roll, file_name="x.csv", imported_by="bruno")
    assert [(r.line, r.reason) for r in desk.refused] == [(3, Reason.SUPPRESSED), (6, Reason.MEMBER)]
    assert (report.imported, report.lines) == (3, 5)
    with desk.database.reading() as session:
        [job] = session.scalars(sa.select(ImportJob))
        assert (job.imported, job.refused) == (3, {"suppressed": 1, "member": 1})


@pytest.mark.usefixtures("small_pages")
def test_progress_reaches_the_end_twice_once_for_checking_and_once_for_applying(desk: Desk) -> None:
    desk.imports(many(7))
    assert desk.progress == [(5, 8), (8, 8), (3, 7), (6, 7), (7, 7)]


def test_a_name_that_meets_us_while_a_page_is_applied_does_not_stop_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL an address can be written between our look and our page."""
    from mailhub.people import arrivals

    with desk.database.transaction() as session:
        anna, _ = persons.meet(session, "anna@example.org", name="Anna", now=desk.now)
    blind = iter([False, False, False])  # checked, checked again and about to write: not seen yet
    look = arrivals.people_of
    monkeypatch.setattr(arrivals, "people_of", lambda *a: look(*a) if next(blind, True) else {})
    report = desk.imports("email\nanna@example.org\nbruno@example.org\n")
    assert report.imported == 2
    assert desk.count(Person) == 2
    assert desk.roll.enrolled[-2].person_id == anna.id


def test_every_imported_person_finds_it_in_their_story(desk: Desk) -> None:
    desk.imports("email\nanna@example.org\n")
    with desk.database.reading() as session:
        noted = session.scalars(sa.select(Activity).order_by(Activity.what)).all()
        assert [(row.what, row.list_id, row.reacted_at) for row in noted] == [
            ("consent.given", 3, None),
            ("person.imported", 3, None),
        ]


def test_addresses_that_must_not_be_written_to_are_imported_with_their_reasons(desk: Desk) -> None:
    text = "Email;Motivo\na@example.org;hard bounce\nb@example.org;segnalato come spam\nc@example.org;\nnobody;x\n"
    with desk.database.transaction() as session:
        consent.suppress(session, desk.site, "c@example.org", "complaint", now=desk.now)
    file = roster.read(text.encode(), with_reason=True)
    report = desk.importer.suppressions(file, file_name="dnc.csv", imported_by="bruno")
    assert (report.imported, report.lines) == (2, 4)
    assert [(r.line, r.reason) for r in desk.refused] == [(4, Reason.SUPPRESSED), (5, Reason.BAD_ADDRESS)]
    with desk.database.reading() as session:
        kept = consent.suppressed(session, desk.site, ["A@example.org", "b@example.org", "c@example.org"])
        assert {key: (row.reason, row.hard) for key, row in kept.items()} == {
            "a@example.org": ("bounce", True),
            "b@example.org": ("complaint", False),
            "c@example.org": ("complaint", True),
        }
    assert desk.imports("email\na@example.org\nd@example.org\n").imported == 1
    assert desk.count(Person) == 1
