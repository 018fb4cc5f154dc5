"""A real archive of 5,886 mails, three quarters with HTML: the parents listed beside it, whatever the order."""

import gzip
import io
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from mailhub.archive import bulk, drafts, exporting, mbox, posts
from mailhub.archive import raw as raws
from mailhub.archive.drafts import Draft
from mailhub.db.session import Database
from mailhub.mail.wire import crlf
from mailhub.site import Site
from mailhub.tokens import Keys
from tests.archive.conftest import NOW

ENOUGH = 0.995
Parents = Mapping[str, str | None]


@pytest.fixture(scope="module")
def expected(corpus: Path) -> Parents:
    with gzip.open(corpus / "threads" / "usrp-users.parents.jsonl.gz", "rt") as lines:
        return {line["id"]: line["parent"] for line in map(json.loads, lines)}


def threads_of(database: Database, list_id: int = 1) -> tuple[Parents, dict[str, str]]:
    out = io.BytesIO()
    exporting.export_threads(database, list_id, out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    return {line["message_id"]: line["parent"] for line in lines}, {x["message_id"]: x["thread"] for x in lines}


@pytest.fixture(scope="module")
def read_once(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Draft]:
    """The mails of the archive as drafts, without their words: only their places are looked at."""
    site = Site(name="Town", domain="lists.test", keys=Keys(b"k" * 32), data_dir=tmp_path_factory.mktemp("data"))
    with (corpus / "threads" / "usrp-users.mbox.zst").open("rb") as file:
        heads = [
            crlf(found.raw or b"").partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for found in mbox.read(mbox.opened(file))
        ]
    return [drafts.draft(site, head, bulk.parse_for_import(head), now=NOW) for head in heads]


def write(database: Database, site: Site, list_id: int, read: Sequence[Draft], size: int) -> None:
    numbers = count(1)
    for at in range(0, len(read), size):
        with database.transaction() as session:
            kept = raws.keep(session, site, b"the same for all", now=NOW).id
            items = [posts.Item(draft, next(numbers), kept, None) for draft in read[at : at + size]]
            posts.write(session, list_id, items, now=NOW, origin=posts.IMPORT)


def on_sqlite(template: Path, folder: Path) -> Database:
    path = folder / "mailhub.db"
    shutil.copyfile(template, path)
    return Database(f"sqlite:///{path}")


def agreement(found: Parents, expected: Parents) -> float:
    return sum(found.get(own, "") == parent for own, parent in expected.items()) / len(expected)


def test_the_parents_of_a_real_archive_are_found(
    sqlite_template: Path, tmp_path: Path, site: Site, corpus: Path, expected: Parents
) -> None:
    database = on_sqlite(sqlite_template, tmp_path)
    last = 0

    def take(_session: Session, how_many: int) -> int:
        nonlocal last
        last += how_many
        return last - how_many + 1

    with (corpus / "threads" / "usrp-users.mbox.zst").open("rb") as file:
        report = bulk.import_mbox(database, site, 1, file, take_numbers=take, now=NOW)

    assert report == bulk.Report(read=5886, added=5886)
    assert agreement(threads_of(database)[0], expected) >= ENOUGH
    database.close()


@pytest.mark.parametrize("size", [1, 500])
def test_reversed_and_shuffled_it_has_the_same_threads(
    sqlite_template: Path, tmp_path: Path, site: Site, read_once: Sequence[Draft], expected: Parents, size: int
) -> None:
    database = on_sqlite(sqlite_template, tmp_path)
    some = read_once if size > 1 else read_once[:500]  # one by one as live mail comes
    shuffled = random.Random(14).sample(some, len(some))
    orders = [some, some[::-1], shuffled]
    for list_id, order in enumerate(orders, start=1):
        write(database, site, list_id, order, size)

    results = [threads_of(database, list_id) for list_id in (1, 2, 3)]
    database.close()
    assert results[0] == results[1] == results[2]
    if size > 1:
        assert agreement(results[0][0], expected) >= ENOUGH


def test_a_slice_of_it_has_the_same_threads_on_both_databases(
    database: Database, site: Site, read_once: Sequence[Draft]
) -> None:
    some = list(read_once[3000:3600])
    for list_id, order in enumerate((some, some[::-1], random.Random(15).sample(some, len(some))), start=1):
        write(database, site, list_id, order, 100)

    results = [threads_of(database, list_id) for list_id in (1, 2, 3)]
    assert results[0] == results[1] == results[2]
    assert len(results[0][0]) == 600
