"""The terminal shows progress, the log everything else."""

import io
import logging
import os
import subprocess
import sys

from rich.console import Console

from pipeline.terminal import Progress


def test_noise_of_python_and_of_the_system_goes_to_the_log(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from pipeline.terminal import noise_to\n"
        "print('before')\n"
        "with noise_to(Path(sys.argv[1])) as console:\n"
        "    print('python'); os.write(1, b'libc\\n'); os.write(2, b'libc errors\\n')\n"
        "    os.system('echo child'); console.print('progress')\n"
        "print('after')\n"
    )
    log = tmp_path / "run.log"
    done = subprocess.run(
        [sys.executable, "-c", code, str(log)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["before", "progress", "after"]
    assert done.stderr == ""
    assert set(log.read_text().split()) == {"python", "libc", "errors", "child"}


def test_each_node_is_one_line_with_its_last_note():
    with open(os.devnull, "w") as nowhere:
        console = Console(file=nowhere, record=True, width=100)
        progress = Progress(console)
        with progress.shown():
            progress.started("Trainer")
            logging.getLogger("progress").info("epoch 1/2")
            logging.getLogger("progress").info("epoch 2/2 [done]")
            progress.finished("Trainer", cached=False)
            progress.started("Pusher")
            progress.finished("Pusher", cached=True)
        lines = console.export_text().splitlines()
    assert [line.split()[:2] for line in lines] == [["✓", "Trainer"], ["✓", "Pusher"]]
    assert lines[0].endswith("epoch 2/2 [done]")
    assert "cached" in lines[1]
    assert [entry.cached for entry in progress.times] == [False, True]
    assert progress.total.endswith(" s in 2 nodes, 1 of them cached")


def test_a_spinner_on_a_real_terminal_does_not_bring_the_noise_back():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    progress = Progress(console)
    with progress.shown():
        progress.started("Trainer")
        print("noise", file=sys.stderr)
        print("more noise")
        progress.finished("Trainer", cached=False)
    assert "Trainer" in screen.getvalue()
    assert "noise" not in screen.getvalue()
