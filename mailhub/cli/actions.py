"""What a running site does for commands; imported when it starts, so that an upgrade on disk does not mix releases."""

from collections.abc import Mapping

from mailhub.cli.backup import back_up
from mailhub.cli.checksums import verify
from mailhub.cli.contents import give, note
from mailhub.cli.exports import export_mbox, export_members, export_person, export_threads
from mailhub.cli.imports import import_mbox, import_members, import_suppressions
from mailhub.cli.journey import ACTIONS as JOURNEYS
from mailhub.cli.poster import draw
from mailhub.cli.publishing import apply, plan
from mailhub.cli.roundtrip import begin, look
from mailhub.cli.segment import ACTIONS as SEGMENTS
from mailhub.cli.simulate import simulate
from mailhub.cli.site import HubAction
from mailhub.cli.tracing import tell
from mailhub.cli.upkeep import let_go

ACTIONS: Mapping[str, HubAction] = {
    "import members": import_members,
    "import suppressions": import_suppressions,
    "import mbox": import_mbox,
    "export content": give,
    "note exported": note,
    "export mbox": export_mbox,
    "export threads": export_threads,
    "export members": export_members,
    "export person": export_person,
    "plan": plan,
    "apply": apply,
    "poster": draw,
    "simulate": simulate,
    "trace": tell,
    "backup": back_up,
    "verify": verify,
    "resume": let_go,
    "round trip begin": begin,
    "round trip look": look,
    **JOURNEYS,
    **SEGMENTS,
}
