"""A real IMAP server with a mailbox for whoever comes, on loopback, with files of its own; ended by its process id."""

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

PASSWORD, SPAM = "pietra-fiore", "Posta indesiderata"
_READY = b"Dovecot"

# A server of Debian's own making would read files of the system; this one reads nothing but this.
CONFIGURATION = """
protocols = imap
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = {inner}
default_internal_group = {inner_group}
default_login_user = {login}
first_valid_uid = 0
mail_location = maildir:~/mail
auth_failure_delay = 0
mail_uid = {owner}
mail_gid = {owner_group}
listen = 127.0.0.1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={home}/of/%u
}}
namespace inbox {{
  inbox = yes
  mailbox "{spam}" {{
    auto = create
    special_use = \\Junk
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def needed() -> str:
    """Where the server is, out of the path of ordinary users on Debian; else the test is skipped, or fails in CI."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None and os.environ.get("CI", "").lower() == "true":
        pytest.fail("no Dovecot: apt-get install dovecot-imapd", pytrace=False)
    if found is None:
        pytest.skip("no Dovecot: apt-get install dovecot-imapd")
    return found


@contextmanager
def dovecot(program: str) -> Iterator[int]:
    """Run it; gives its port."""
    home = Path(tempfile.mkdtemp(prefix="mailhub-imap-"))
    port = _free_port()
    (home / "of").mkdir()
    (home / "dovecot.conf").write_text(CONFIGURATION.format(home=home, port=port, **_users(home)))
    # A group of its own: what it started must not outlive it.
    server = subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")], start_new_session=True)
    try:
        _wait(server, port, home)
        yield port
    finally:
        server.terminate()
        server.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def client(port: int, user: str) -> Iterator[imaplib.IMAP4]:
    """As the owner's mail program."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=20) as opened:
        opened.login(user, PASSWORD)
        yield opened


def _users(home: Path) -> dict[str, str]:
    """Started by root it gives its rights away, and mail belongs to nobody; else everything is its user's."""
    me = getpass.getuser()
    inner, login, owner = ("dovecot", "dovenull", "nobody") if os.geteuid() == 0 else (me, me, me)
    account = pwd.getpwnam(owner)
    if os.geteuid() == 0:
        home.chmod(0o755)
        for folder in (home, home / "of"):
            os.chown(folder, account.pw_uid, account.pw_gid)
    groups = {
        "inner_group": grp.getgrgid(pwd.getpwnam(inner).pw_gid).gr_name,
        "owner_group": grp.getgrgid(account.pw_gid).gr_name,
    }
    return {"inner": inner, "login": login, "owner": owner, "password": PASSWORD, "spam": SPAM, **groups}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    """Until it greets, or has ended."""
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as greeted:
                if _READY in greeted.recv(200):
                    return
        except OSError:
            if server.poll() is not None:
                break
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    log = home / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'it wrote no log'}")
