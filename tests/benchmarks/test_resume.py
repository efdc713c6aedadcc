"""The kill comes when it should, and takes what the run started with it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import resume

from pipeline.home import Home

TRAINER = """
import json, os, subprocess, sys, time
from pathlib import Path
import numpy as np

node = Path(sys.argv[1])
child = subprocess.Popen(["sleep", "100"], stdout=subprocess.DEVNULL)
(node.parent / "child").write_text(str(child.pid))
(node / ".backup").mkdir(parents=True)
for done in range(1, int(sys.argv[2]) + 1):
    time.sleep(0.2)
    about = json.dumps({"epochs": [{"seconds": 0.2}] * done})
    np.savez(node / "aside.npz", about=np.array(about))
    os.replace(node / "aside.npz", node / ".backup" / "0.npz")
"""


def start(node: Path, epochs: int) -> subprocess.Popen[str]:
    """Starts what looks like a Trainer, and a process beside it."""
    node.parent.mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-c", TRAINER, str(node), str(epochs)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def is_alive(process: int) -> bool:
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_the_epochs_done_are_those_in_the_backup(tmp_path: Path) -> None:
    assert resume.epochs_done(tmp_path) == []
    (tmp_path / ".backup").mkdir()
    about = json.dumps({"epochs": [{"epoch": 1, "seconds": 2.0}]})
    np.savez(tmp_path / ".backup/0123.npz", about=np.array(about), variable_0=np.zeros(3))
    assert resume.epochs_done(tmp_path) == [{"epoch": 1, "seconds": 2.0}]


def test_a_part_of_an_epoch_takes_its_part_of_the_time() -> None:
    """The first epoch, slower than the others, counts only where it is alone."""
    assert resume.rest_of_epochs([30.0, 10.0, 10.0], 3.6) == pytest.approx(6.0)
    assert resume.rest_of_epochs([30.0], 1.2) == pytest.approx(6.0)


def test_the_kill_comes_after_so_many_epochs_and_ends_all_processes(tmp_path: Path) -> None:
    """3.5 epochs of 0.2 s are 0.7 s, and the sleeping child is gone too."""
    home = Home("shapes", tmp_path)
    node = home.artifacts / "Trainer"
    process = start(node, 50)
    seconds = resume.kill_in_training(process, home, 3.5)
    assert process.returncode == -9
    assert len(resume.epochs_done(node)) == 3
    assert seconds > 0.6
    child = int((node.parent / "child").read_text())
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(child)


def test_a_run_that_ends_before_its_kill_is_no_measurement(tmp_path: Path) -> None:
    home = Home("shapes", tmp_path)
    process = start(home.artifacts / "Trainer", 1)
    with pytest.raises(SystemExit, match="ended before"):
        resume.kill_in_training(process, home, 9.0)
    os.kill(int((home.artifacts / "child").read_text()), 9)
