"""A change whose process is killed is completed or undone by the next one."""

import subprocess
import sys

import pytest

from components.errors import InputError
from pipeline.releases.canary import canary
from pipeline.releases.promote import promote
from pipeline.releases.rollback import rollback
from pipeline.serving_config.release import Release
from tests.serving.process import PROJECT

BETWEEN = "make(home, change, server, check=lambda: os._exit(9))"
BEFORE_THE_LOG = "changes.append = lambda *a: os._exit(9); make(home, change, server)"


def killed(shop, client, how):
    """Promotes 7 in a process of its own that dies on the way, as if by SIGKILL."""
    code = f"""
import os, sys
from pathlib import Path
from pipeline.home import Home
from pipeline.releases import change as changes
from pipeline.releases.change import make
from pipeline.releases.change_log import Change
from pipeline.releases.lock import locked
from pipeline.releases.model_server import ModelServer
from pipeline.serving_config.release import Release
home, server = Home("reviews", Path(sys.argv[1])), ModelServer(sys.argv[2], "reviews")
change = Change.now("promote", Release(3), Release(7, kept=(3,)), "because")
with locked(home):
    {how}
"""
    command = [sys.executable, "-c", code, str(shop.home.runs), client.rest]
    assert subprocess.run(command, cwd=PROJECT, timeout=60).returncode == 9


@pytest.fixture
def client(shop):
    shop.push(3, 7, 9, known=False)
    shop.serve(Release(3))
    with shop.running() as client:
        yield client


def test_a_kill_between_the_two_writes_is_undone(shop, client, capsys):
    """No label had moved, so nobody has noticed; the next change says so, and is made."""
    killed(shop, client, BETWEEN)
    assert shop.release == Release(3, kept=(7,))
    assert shop.log == []
    canary(shop.task, 9, server=client.rest)
    assert shop.release == Release(3, 9)
    assert [line.what for line in shop.log] == ["canary"]
    assert "was interrupted, and is undone\n" in capsys.readouterr().out


def test_the_same_command_completes_it(shop, client):
    killed(shop, client, BETWEEN)
    promote(shop.task, 7, server=client.rest)
    assert shop.release == Release(7, kept=(3,))
    assert [(line.before, line.after) for line in shop.log] == [(Release(3), shop.release)]


def test_a_kill_after_the_label_moved_gets_its_line_into_the_log(shop, client, capsys):
    """Else a rollback would not know what to go back to."""
    killed(shop, client, BEFORE_THE_LOG)
    assert shop.release == Release(7, kept=(3,))
    assert shop.log == []
    rollback(shop.task, server=client.rest)
    assert shop.release == Release(3, kept=(7,))
    assert [(line.what, line.why) for line in shop.log] == [
        ("promote", "because"),
        ("rollback", ""),
    ]
    assert "was interrupted; it is done, and logged now\n" in capsys.readouterr().out


def test_what_somebody_else_wrote_since_is_left_alone(shop, client):
    killed(shop, client, BETWEEN)
    shop.serve(Release(9, kept=(3,)))
    canary(shop.task, 7, server="none")
    assert shop.release == Release(9, 7, (3,))
    assert [line.before for line in shop.log] == [Release(9, kept=(3,))]


def test_an_interruption_by_the_keyboard_is_undone_at_once(shop, client, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.releases.promote._look", interrupt)
    before = shop.everything()
    with pytest.raises(KeyboardInterrupt):
        promote(shop.task, 7, server=client.rest)
    assert shop.everything() == before


def test_a_note_that_is_broken_is_told(shop):
    shop.push(3, 7, known=False)
    shop.serve(Release(3))
    (shop.folder / ".release-under-way.json").write_text("{")
    with pytest.raises(InputError, match=r"\.release-under-way\.json: .*; remove it to go on"):
        promote(shop.task, 7, server="none")
    assert shop.release == Release(3)
