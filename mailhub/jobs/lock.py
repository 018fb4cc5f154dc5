"""Says that one process works with a data folder: SQLite bears one writer, and two sites would send twice."""

import fcntl
import os
from pathlib import Path

from mailhub.errors import BadInput

NAME = "lock"
_LONGEST_HOLDER = 200


class SiteLock:
    """The lock of one data folder; the kernel lets go when its holder dies."""

    def __init__(self, data_dir: Path) -> None:
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(data_dir / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise BadInput(
                f"{fault.filename}: this cannot be written ({fault.strerror}); run the command as the user the site "
                "runs as, or choose another data_dir in [site]"
            ) from fault

    def take(self, what: str) -> bool:
        """Hold it for doing this; False while another process has it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{what}, process {os.getpid()}\n".encode(), 0)
        return True

    def holder(self) -> str:
        """What the one who has it is doing, and its process."""
        return os.pread(self._descriptor, _LONGEST_HOLDER, 0).decode("utf-8", "replace").strip() or "another process"

    def release(self) -> None:
        os.close(self._descriptor)
