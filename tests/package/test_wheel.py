"""What a user installs: a wheel built from the sdist, in an environment that holds nothing else."""

import os
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from mailhub.sandbox.manners import Manners
from mailhub.sandbox.sink import Sink
from tests.live.site import LiveSite

ROOT = Path(__file__).parents[2]
UNREACHED = (
    "No matching distribution",
    "Could not find a version",
    "Connection",
    "Temporary failure in name resolution",
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment with the wheel; skipped where nothing can be downloaded, never in CI."""
    folder = tmp_path_factory.mktemp("package")
    _run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", str(folder), str(ROOT))
    [sdist] = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian's 3.11.2 has none yet
        archive.extractall(folder / "source")
    [source] = (folder / "source").iterdir()
    _run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(source))
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    binaries = folder / "env" / "bin"
    tried = subprocess.run(
        [binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode and any(sign in tried.stderr for sign in UNREACHED) and os.environ.get("CI") != "true":
        pytest.skip("the wheel's dependencies cannot be downloaded here")
    assert tried.returncode == 0, tried.stderr
    return binaries


def test_the_wheel_writes_a_site_and_runs_it(installed: Path, tmp_path: Path) -> None:
    with Sink(Manners()) as sink:
        site = LiveSite(tmp_path / "site", sink.port, program=(str(installed / "mailhub"),))
        site.init()
        assert sorted(path.name for path in (site.folder / "lists").glob("*.yaml"))
        site.command("check")
        site.start()
        assert site.smtp_port > 0
        assert site.stop() == 0


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr[-3000:]
