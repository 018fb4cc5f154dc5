"""What a running site does for commands; imported when it starts, so that an upgrade on disk does not mix releases."""

from collections.abc import Mapping

from mailhub.cli.backup import back_up
from mailhub.cli.checksums import verify
from mailhub.cli.imports import import_mbox, import_members, import_suppressions
from mailhub.cli.site import HubAction
from mailhub.cli.upkeep import let_go

ACTIONS: Mapping[str, HubAction] = {
    "import members": import_members,
    "import suppressions": import_suppressions,
    "import mbox": import_mbox,
    "backup": back_up,
    "verify": verify,
    "resume": let_go,
}
