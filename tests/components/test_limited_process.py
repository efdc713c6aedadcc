"""Claims about the limits of a child process. Each failure is a real one."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from components import limited_process
from components.limited_process import ProcessFailed, run_limited

GIB = 2**30


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module that a child can run by the name `job`."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(source: str) -> str:
        (tmp_path / "job.py").write_text(source)
        return "job"

    return write


def test_the_module_gets_its_arguments_and_the_limit(module, tmp_path):
    """The child sees its arguments as if run by hand, and its address space is limited."""
    job = module(
        "import sys, resource\n"
        "if __name__ == '__main__':\n"
        "    limit, _ = resource.getrlimit(resource.RLIMIT_AS)\n"
        "    open(sys.argv[1], 'w').write(f'{sys.argv[2:]} {limit}')\n"
    )
    run_limited(job, [str(tmp_path / "out"), "a b", "c"], GIB, 30)
    assert (tmp_path / "out").read_text() == f"['a b', 'c'] {GIB}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no such\\n  thing')", "^ValueError: no such thing$"),
        ("import sys; sys.exit('gave up: error 7')", "^gave up: error 7$"),
        (
            "import os, sys; print('Check failed: x', file=sys.stderr, flush=True); os.abort()",
            "^aborted by SIGABRT: Check failed: x$",
        ),
        ("import ctypes; ctypes.string_at(0)", "^aborted by SIGSEGV: without a message$"),
        (
            "import ctypes, sys; print('W0000 00:17.3 errors.cc:3] Ignored.', file=sys.stderr,"
            " flush=True); ctypes.string_at(0)",
            "^aborted by SIGSEGV: without a message$",
        ),
        ("b = bytearray(2 << 30)", r"^out of memory \(limit 1 GiB\)$"),
    ],
)
def test_every_end_but_a_good_one_is_told_in_one_line(module, source, reason):
    """An exception, an exit, an abort, a crash and an allocation too large give their reason."""
    with pytest.raises(ProcessFailed, match=reason):
        run_limited(module(source), [], GIB, 30)


def test_a_child_that_does_not_end_is_killed_at_the_deadline(module, tmp_path):
    """The parent waits no longer than the deadline, and the child is gone."""
    job = module(
        "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    )
    start = time.monotonic()
    with pytest.raises(ProcessFailed, match=r"^not done within 1 s$"):
        run_limited(job, [str(tmp_path / "pid")], GIB, 1)
    assert time.monotonic() - start < 10
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_killed_parent_takes_its_child_with_it(module, tmp_path):
    """After kill -9 of the run no converter goes on taking memory."""
    job = module(
        "import os, sys, time\n"
        "open(sys.argv[1] + '.new', 'w').write(str(os.getpid()))\n"
        "os.rename(sys.argv[1] + '.new', sys.argv[1])\n"
        "time.sleep(60)\n"
    )
    pid_file = tmp_path / "pid"
    script = (
        "import sys; from components.limited_process import run_limited;"
        f"run_limited({job!r}, [{str(pid_file)!r}], {GIB}, 60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=limited_process.ROOT)
    wait_until(pid_file.exists)
    child = int(pid_file.read_text())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(child))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited for 20 s"
        time.sleep(0.02)
