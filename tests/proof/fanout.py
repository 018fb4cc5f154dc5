"""`make proof`: 500 real posts to 1,000 members by the real process; every header judged, every 100th signature."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from mailhub.mail import dkim
from mailhub.sandbox.manners import Manners
from mailhub.sandbox.sink import Sink
from tests.live.site import DOMAIN, LiveSite
from tests.proof.judging import Judge
from tests.proof.posts import posts

ARCHIVE = Path(__file__).parents[3] / "shared" / "corpus" / "threads" / "usrp-users.mbox.zst"
AUTHOR = "member1@example.org"
TO = f"garden@{DOMAIN}"
PATIENCE = 3600.0

LIST = """title: Garden
default_delivery: each
moderate: nobody
grace: 0 min
attachments: {inline_up_to: 10 MB}
"""


def prepare(site: LiveSite, members: int) -> None:
    """A site with one list and its members."""
    site.init()
    for starter in (site.folder / "lists").glob("*.yaml"):
        starter.unlink()
    (site.folder / "lists" / "garden.yaml").write_text(LIST)
    rows = site.folder / "members.csv"
    rows.write_text("email\n" + "".join(f"member{n}@example.org\n" for n in range(1, members + 1)))
    site.command("apply")
    site.command("import", "members", str(rows), "--list", "garden", "--basis", "the register of the proof")


def public_record(site: LiveSite) -> bytes:
    return "".join(dkim.record((site.folder / "dkim.pem").read_bytes())).encode()


def run(folder: Path, count: int, members: int, check_every: int) -> Judge:
    """Send the posts and judge what comes out; ends when everything came or nothing comes any more."""
    judge = Judge(DOMAIN, b"", check_every)
    with Sink(Manners(on_message=judge.look)) as sink:
        site = LiveSite(folder / "site", sink.port)
        prepare(site, members)
        judge.record = public_record(site)
        mails = posts(ARCHIVE, count, AUTHOR, TO)
        site.start()
        try:
            for raw in mails:
                site.send(AUTHOR, TO, raw)
            _wait(judge, len(mails) * members)
        finally:
            site.stop()
    return judge


def _wait(judge: Judge, expected: int) -> None:
    """Until all copies are there; a minute without a new one ends it."""
    last, since = 0, time.monotonic()
    while judge.copies < expected and time.monotonic() - since < 60:
        time.sleep(0.5)
        if judge.copies != last:
            last, since = judge.copies, time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=500)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--check-every", type=int, default=100)
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mailhub-proof-") as folder:
        judge = run(Path(folder), options.posts, options.members, options.check_every)
    expected = options.posts * options.members
    found = {
        "copies": judge.copies,
        "expected": expected,
        "doubled": judge.doubled,
        "signatures_verified": judge.verified,
        "faults": dict(judge.faults),
        "seconds": round(time.monotonic() - started),
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0 if judge.copies == expected and not judge.doubled and not judge.faults else 1


if __name__ == "__main__":
    sys.exit(main())
