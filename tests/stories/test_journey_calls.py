"""A journey tells another system something: signed, outside any transaction, again until it has answered."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from mailhub import faults
from mailhub.fetching import NotFetched, Reply
from mailhub.jobs.assembly import worker_for
from mailhub.journeys import calling
from mailhub.journeys.tables import CallRow
from tests.stories.journeys import place, publishes, steps
from tests.stories.town import Town

OLGA, NIVES = "olga@example.org", "nives@example.org"
URL = "https://tool.example.com/hook?a=1"
JOURNEY = f"""title: Hello
list: garden
trigger: {{activity: subscription.confirmed, list: garden}}
steps:
  - id: tell
    webhook: {{url: "{URL}", values: {{name: person.name}}, then: {{done: good, failed: bad}}}}
  - {{id: good, end: {{}}}}
  - {{id: bad, end: {{}}}}
"""


@dataclass
class Elsewhere:
    """Another system: what it was told, and what it answers; then 200."""

    town: Town
    answers: list[Reply | NotFetched] = field(default_factory=list)
    told: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        self.told.append((url, body, headers))
        with self.town.database.transaction():  # which would wait for ever if a transaction were open here
            pass
        answer = self.answers.pop(0) if self.answers else Reply(204, b"")
        if isinstance(answer, NotFetched):
            raise answer
        return answer


@pytest.fixture
def elsewhere(town: Town) -> Elsewhere:
    found = Elsewhere(town)
    town.worker = worker_for(replace(town._build(), fetcher=found), town.transport)  # type: ignore[arg-type]
    town.opens_list("garden", organiser=OLGA)
    town.settles()
    publishes(town, JOURNEY, {})
    town.joins("garden", f"Nives <{NIVES}>")
    return found


def test_it_is_told_once_with_what_the_step_names_and_the_way_goes_on(town: Town, elsewhere: Elsewhere) -> None:
    town.settles()
    [(url, body, headers)] = elsewhere.told
    assert (url, headers["Content-Type"]) == (URL, "application/json")
    assert json.loads(body)["values"] == {"name": "Nives"}
    assert steps(town, NIVES) == [("tell", "done"), ("good", "good")]


def test_the_secret_proves_whose_call_it_is(town: Town, elsewhere: Elsewhere) -> None:
    town.settles()
    [(url, body, headers)] = elsewhere.told
    secret = base64.b64decode(calling.secret_for(town.hub.site.keys, url).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{made}"
    assert calling.key_for(town.hub.site.keys, url) != calling.key_for(town.hub.site.keys, "https://other.example")


def test_it_is_tried_again_under_the_same_id_until_it_works(town: Town, elsewhere: Elsewhere) -> None:
    elsewhere.answers = [NotFetched("tool.example.com takes too long"), Reply(500, b"sorry"), Reply(302, b"")]
    town.settles()
    assert place(town, NIVES) == ("tell", "calling")
    town.passes(hours=1)
    assert len(elsewhere.told) == 4
    assert len({headers["webhook-id"] for _, _, headers in elsewhere.told}) == 1
    assert steps(town, NIVES)[0] == ("tell", "done")


def test_after_a_day_it_goes_the_way_of_what_failed(town: Town, elsewhere: Elsewhere) -> None:
    elsewhere.answers = [Reply(503, b"closed")] * 99
    town.passes(days=3)
    assert len(elsewhere.told) == 1 + len(calling.RETRY_AFTER)
    assert steps(town, NIVES) == [("tell", "failed"), ("bad", "bad")]
    with town.database.reading() as session:
        [call] = session.scalars(sa.select(CallRow))
        assert (call.status, call.said, call.due_at) == (503, "closed", None)


@pytest.mark.parametrize("answer", [NotFetched("it is no public address", for_good=True), Reply(410, b"gone")])
def test_what_can_never_work_is_not_tried_again(town: Town, elsewhere: Elsewhere, answer: Reply | NotFetched) -> None:
    elsewhere.answers = [answer]
    town.settles()
    assert (len(elsewhere.told), steps(town, NIVES)[0]) == (1, ("tell", "failed"))


def test_who_dies_while_calling_is_replaced_when_the_lease_is_over(town: Town, elsewhere: Elsewhere) -> None:
    faults.arm("call.answered=raise@1")
    with pytest.raises(faults.Injected):
        town.settles()
    faults.arm("")
    town.settles()
    assert len(elsewhere.told) == 1
    town.clock.turn(timedelta(minutes=1))
    town.settles()
    assert len(elsewhere.told) == 1
    with town.database.transaction() as session:
        session.execute(sa.update(CallRow).values(lease_until=town.clock.real()))
    town.settles()
    assert (len(elsewhere.told), steps(town, NIVES)[0]) == (2, ("tell", "done"))
