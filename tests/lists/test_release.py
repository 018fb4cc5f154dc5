"""What waited for a moderator has no second waiting time."""

from pathlib import Path

from mailhub.db.session import Database
from tests.stories.town import Town


def test_a_published_message_that_waited_leaves_at_once(tmp_path: Path, database: Database) -> None:
    town = Town(tmp_path, database)
    town.opens_list("garden", ["ana@example.org"], moderator="mo@example.org", moderate="everyone", grace="2 min")
    town.writes("Ana <ana@example.org>", to="garden@lists.test", subject="Seeds", text="I have seeds to share.")
    [question] = town.inbox("mo@example.org")
    town.inbox("ana@example.org")
    town.replies("Mo <mo@example.org>", question, "publish")
    assert "Seeds" in [str(copy["Subject"]) for copy in town.inbox("ana@example.org")]
