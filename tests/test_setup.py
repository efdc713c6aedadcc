"""Set-up: what is pinned, what is installed, and a script that survives interruptions."""

import os
import re
import runpy
import shutil
import signal
import subprocess
import time
from pathlib import Path
from unittest.mock import patch

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
LOCK = (PROJECT / "requirements.lock").read_text()
PINNED = dict(re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE))


def setup_arguments():
    with patch("setuptools.setup") as setup:
        runpy.run_path(str(PROJECT / "setup.py"))
    return setup.call_args.kwargs


def test_the_lock_pins_every_version_with_hashes_and_nothing_else():
    """No index host, path, option or comment that would tie it to one machine."""
    hashes = r"( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(rf"([\w.-]+==[\w.+!]+{hashes})+", LOCK)


@pytest.mark.parametrize("extra", ["", "dev"])
def test_the_lock_satisfies_setup_py(extra):
    arguments = setup_arguments()
    wishes = arguments["extras_require"][extra] if extra else arguments["install_requires"]
    for wish in map(Requirement, wishes):
        assert PINNED[canonicalize_name(wish.name)] in wish.specifier, wish


def test_every_source_file_is_in_an_installed_package(monkeypatch):
    monkeypatch.chdir(PROJECT)
    packages = setup_arguments()["packages"]
    for top in ("pipeline", "components", "data", "serving"):
        for file in Path(top).rglob("*.py"):
            assert file.parent.as_posix().replace("/", ".") in packages, file


def test_make_alone_lists_every_target():
    named = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    listed = subprocess.run(["make"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make (\w+) +\S", listed.stdout, re.MULTILINE)) == named


def test_ci_calls_what_the_readme_calls_and_ends_with_the_tests():
    script = PROJECT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make (\w+)$", script.read_text(), re.MULTILINE) == ["check", "test"]


TOOLS = "bash cat chmod cmp cut dirname flock head mkdir mv rm sed sh sleep sort touch"
FAKE_UV = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$1 $2" in
  "--version ") echo "uv ${UV_VERSION:-99.0.0} (fake)" ;;
  "venv --quiet") mkdir -p .venv/bin
    { echo "#!/bin/sh"; case "$*" in *$HEADERS*) ;; *) echo exit 1 ;; esac; } > .venv/bin/python
    chmod +x .venv/bin/python ;;
  "pip sync") if [ -e hang ]; then touch hanging; sleep 60; fi; exit "${SYNC_STATUS:-0}" ;;
esac
"""


class Checkout:
    """A project folder with a uv that only notes down how it was called."""

    def __init__(self, folder):
        self.folder = folder
        self.calls_file = folder.parent / "calls"
        self.bin = folder.parent / "bin"
        (folder / "scripts").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy(PROJECT / "scripts" / "setup.sh", folder / "scripts")
        (folder / "requirements.lock").write_text("pip==1\n")
        (folder / "setup.py").write_text("")
        for tool in filter(shutil.which, TOOLS.split()):
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.put(self.bin / "uv", FAKE_UV)

    def put(self, path, script):
        path.write_text(script)
        path.chmod(0o755)

    def start(self, **environment):
        return subprocess.Popen(
            [self.folder / "scripts" / "setup.sh"],
            env={"PATH": str(self.bin), "CALLS": str(self.calls_file)} | environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def set_up(self, **environment):
        """Returns the exit code, what was printed, and what uv was asked for."""
        self.calls_file.write_text("")
        process = self.start(**environment)
        out, err = process.communicate(timeout=30)
        return process.returncode, out + err, self.calls()

    def calls(self):
        """Returns the kinds of calls, without questions for the version."""
        words = (line.split() for line in self.calls_file.read_text().splitlines())
        return [" ".join(w[:2]) if w[0] == "pip" else w[0] for w in words if w[0] != "--version"]


ALL = ["venv", "pip sync", "pip install"]


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "project")


def test_set_up_is_done_once(checkout):
    assert checkout.set_up()[::2] == (0, ALL)
    assert checkout.set_up() == (0, "", [])


def test_packages_are_installed_with_hashes_and_bytecode(checkout):
    checkout.set_up()
    [sync] = re.findall("pip sync .*", checkout.calls_file.read_text())
    assert "--require-hashes" in sync
    assert "--compile-bytecode" in sync
    assert "--build-constraints requirements.lock" in sync


@pytest.mark.parametrize("name", ["requirements.lock", "setup.py"])
def test_a_changed_lock_or_setup_py_updates_in_place(checkout, name):
    checkout.set_up()
    (checkout.folder / name).write_text("# changed\n")
    assert checkout.set_up()[::2] == (0, ["pip sync", "pip install"])
    assert checkout.set_up()[2] == []


def test_a_failed_set_up_says_so_and_starts_afresh(checkout):
    code, said, _ = checkout.set_up(SYNC_STATUS="1")
    assert code == 1
    assert "requirements.lock could not be installed" in said
    assert checkout.set_up()[::2] == (0, ALL)


def test_a_failed_update_leaves_nothing_that_passes_for_whole(checkout):
    checkout.set_up()
    before = (checkout.folder / "setup.py").read_text()
    (checkout.folder / "setup.py").write_text("# changed\n")
    checkout.set_up(SYNC_STATUS="1")
    (checkout.folder / "setup.py").write_text(before)
    assert checkout.set_up()[::2] == (0, ALL)


def test_a_moved_folder_is_set_up_anew(checkout):
    checkout.set_up()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("elsewhere"))
    assert checkout.set_up()[::2] == (0, ALL)


def test_a_venv_whose_python_went_away_is_made_anew(checkout):
    checkout.set_up()
    python = checkout.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    assert checkout.set_up()[::2] == (0, ALL)


def test_a_python_without_c_headers_gives_way_to_one_that_has_them(checkout):
    assert checkout.set_up(HEADERS="--managed-python")[::2] == (0, ["venv", *ALL])


def hang_in_sync(checkout):
    (checkout.folder / "hang").touch()
    process = checkout.start()
    while not (checkout.folder / "hanging").exists():
        assert process.poll() is None
        time.sleep(0.01)
    (checkout.folder / "hang").unlink()
    return process


def test_a_killed_set_up_starts_afresh(checkout):
    process = hang_in_sync(checkout)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert checkout.set_up()[::2] == (0, ALL)


@pytest.mark.skipif(not shutil.which("flock"), reason="needs flock")
def test_a_second_set_up_waits_for_the_first(checkout):
    first = hang_in_sync(checkout)
    second = checkout.start()
    assert "waiting" in second.stdout.readline()
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    second.communicate(timeout=30)
    assert second.returncode == 0
    assert checkout.calls() == ["venv", "pip sync", *ALL]


@pytest.mark.parametrize(
    ("folder", "version"),
    [("bin", "0.8.22"), ("project/.venv/bin", "99.0.0")],
    ids=["too old", "inside the .venv that is to be replaced"],
)
def test_a_uv_that_will_not_do_is_left_alone(checkout, folder, version):
    """Without python3 and its venv it can't be replaced; then the message says what to install."""
    place = checkout.folder.parent / folder
    place.mkdir(parents=True, exist_ok=True)
    (checkout.bin / "uv").rename(place / "uv")
    code, said, calls = checkout.set_up(UV_VERSION=version, PATH=f"{place}:{checkout.bin}")
    assert (code, calls) == (1, [])
    assert "Install uv, or python3 with venv" in said
