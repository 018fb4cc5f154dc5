"""Commands that really went to a whole list by mistake, and mails that only speak of them."""

import json
from pathlib import Path

from mailhub.hub.build import all_verbs
from mailhub.inbound.reading import read
from mailhub.lists import wishes
from tests.lists.test_wishes import TODAY

ADVICE = frozenset({"twisted-web_2015-September_6.txt", "usrp-users_efb027a3c5a6.eml"})  # people who answer such a mail


def test_misdirected_commands_are_known_and_advice_about_them_is_not(corpus: Path) -> None:
    verbs, right, missed = all_verbs(), 0, []
    for line in (corpus / "commands" / "EXPECT.jsonl").read_text().splitlines():
        file = corpus / json.loads(line)["file"]
        said = read(file.read_bytes(), None)
        call = wishes.read(said.folded.new, said.mail.subject, verbs, today=TODAY)
        expected = None if file.name in ADVICE else wishes.LEAVE
        if (call.verb.name if call else None) == expected:
            right += 1
        else:
            missed.append(f"{file.name}: {call.verb.name if call else None}, not {expected}")
    print(f"commands: {right} of {right + len(missed)}", *missed, sep="\n")
    assert right / (right + len(missed)) >= 0.95
