"""Whether the process lives and can work; the reasons are for this machine only."""

import pytest

from mailhub.web.app import make_app
from tests.web.conftest import Pages


def test_a_living_process_says_ok_without_its_database(quick_pages: Pages) -> None:
    quick_pages.town.hub.database.close()
    assert quick_pages.client.get("/healthz").get_data() == b"ok\n"


def test_all_is_ready(pages: Pages) -> None:
    answer = pages.client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "database": True, "disk": True})


def test_work_that_fails_makes_it_not_ready(quick_pages: Pages) -> None:
    client = make_app(quick_pages.town.hub, {"work": lambda: False}).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "disk": True, "work": False}


def test_a_database_without_tables_is_not_ready(quick_pages: Pages) -> None:
    with quick_pages.town.hub.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE site_state")
    answer = quick_pages.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["database"] is False


def test_a_data_folder_that_is_gone_is_not_ready(quick_pages: Pages) -> None:
    quick_pages.town.hub.site.data_dir.rename(quick_pages.town.hub.site.data_dir.with_name("elsewhere"))
    answer = quick_pages.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["disk"] is False


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("::ffff:192.0.2.7", {}),
        ("nonsense", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("::1", {"Via": "1.1 proxy"}),
    ],
)
def test_who_asks_from_outside_hears_no_reasons(still_pages: Pages, address: str, headers: dict[str, str]) -> None:
    answer = still_pages.client.get("/readyz", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.json == {"ready": True}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_who_asks_from_here_hears_them(still_pages: Pages, address: str) -> None:
    answer = still_pages.client.get("/readyz", environ_base={"REMOTE_ADDR": address})
    assert answer.json is not None
    assert "disk" in answer.json
