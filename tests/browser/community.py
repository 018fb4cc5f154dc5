"""A small community with something to read: a public square, a garden for its members, a closed circle."""

import io
import re
from collections.abc import Iterable
from datetime import timedelta
from email import policy
from email.message import EmailMessage

from mailhub.archive import bulk, mbox
from mailhub.lists import numbers, reading
from tests.browser.watching import BASE
from tests.stories.town import Town, body

ANA, RITA, BRUNO = "ana@example.org", "rita@example.org", "bruno@example.org"
MEMBER = {"en": ANA, "it": RITA}
TITLES = {
    "square": {"it": "Piazza", "en": "Square"},
    "garden": {"it": "Orto urbano", "en": "City garden"},
    "circle": {"it": "Cerchio", "en": "Circle"},
}
SECRET = "Zucchine"
LONG = "Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LINK = f"https://maps.example/{'way/' * 30}?at=44.1,10.2&zoom=17"
TEXT = f"""Hello all,

three things for Saturday:

- shears, two ladders, the long rope
- bread for twenty
- somebody with a car: {LINK}

The beech by the fountain must not be cut. Ask {ANA} first.

Rita
"""
HTML = """<h1>Seeds</h1><p style="color: #1f2a24">I have <b>beans</b> and these:</p>
<table><tr><th>What</th><th>How many</th></tr><tr><td>Tomatoes</td><td>40</td></tr></table>
<img src="https://tracker.example/open.gif" alt="A tomato">
<p><a href="https://seeds.example/all">the whole list</a></p>"""
MESSAGES = 33  # of the longest conversation: more than a page of it


def settle(town: Town) -> None:
    """People come in and write; some read Italian, some English."""
    for slug, rules in (
        ("square", {"archive": "public", "rules": "One thing a message.\n\nNo adverts."}),
        ("garden", {"archive": "members"}),
        ("circle", {"archive": "members", "join": "invitation"}),
    ):
        about = {"it": "Per chi passa di qui.", "en": "For whoever passes by."}
        town.opens_list(slug, title=TITLES[slug], description=about, **rules)
    for slug in ("square", "garden"):
        town.joins(slug, f"Ana Bini <{ANA}>", f"Bruno Valli <{BRUNO}>", language="en")
        town.joins(slug, f"Rita Fontana <{RITA}>", language="it")
    town.writes(
        f"Rita Fontana <{RITA}>",
        to="square@lists.test",
        subject=f"Pruning on Saturday, and {LONG}",
        text=TEXT,
        files={f"the plan of the {LONG}.pdf": b"%PDF-1.4"},
    )
    town.replies(BRUNO, town.mailbox(ANA)[-1], "I have the rope.")
    town.writes(f"Ana Bini <{ANA}>", to="garden@lists.test", subject=f"{SECRET} for all", text="Take some.")
    fence = [town.letter(f"Ana Bini <{ANA}>", "square@lists.test", "The fence", "Two boards are broken.")]
    headers = {"References": str(fence[0]["Message-ID"])}
    fence += [
        town.letter(BRUNO, "square@lists.test", "Re: The fence", f"Board number {number}.", headers=headers)
        for number in range(2, MESSAGES + 1)
    ]
    seeds = town.letter(f"Rita Fontana <{RITA}>", "square@lists.test", "Seeds", "I have beans and tomatoes.")
    seeds.add_alternative(HTML, subtype="html")
    bring(town, "square", (mail.as_bytes(policy=policy.SMTP) for mail in (seeds, *fence)))


def bring(town: Town, slug: str, mails: Iterable[bytes]) -> None:
    """Old mail for the archive of a group, as an import brings it; the newest comes last."""
    file = io.BytesIO()
    for number, raw in enumerate(mails):
        mbox.write(file, raw, sender="old@example.org", sent_at=town.clock.now() + timedelta(seconds=number))
    file.seek(0)
    with town.database.reading() as session:
        group = reading.by_slug(session, slug)
    assert group is not None
    bulk.import_mbox(
        town.database,
        town.hub.site,
        group.id,
        file,
        take_numbers=lambda session, count: numbers.take(session, group.id, count),
        now=town.clock.now(),
    )
    town.settles()


def newest(town: Town, email: str) -> EmailMessage:
    return town.mailbox(email)[-1]


def path_in(mail: EmailMessage, kind: str) -> str:
    """The page of ours that a mail names in its text, or in its header for leaving."""
    text = body(mail) if kind != "u" else "".join(str(mail["List-Unsubscribe"]).split())
    return str(re.findall(rf"{BASE}(/{kind}/[a-z2-7]+)", text)[0])
