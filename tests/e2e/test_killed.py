"""A run that is killed leaves nothing that another program takes for whole."""

import time

import pytest

from tests.e2e.conftest import finish

pytestmark = pytest.mark.e2e


def kill_in(project, node):
    """Starts a run and kills it as soon as the node has begun to write."""
    artifacts = project.root / "runs/tiny_images/artifacts" / node
    before = set(artifacts.rglob("*"))
    process = project.start("run", "tiny_images")
    while set(artifacts.rglob("*")) <= before:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    process.kill()
    return finish(process)


def test_a_run_killed_in_any_node_is_completed_by_the_next(fresh_project):
    for node in ("ExampleGen", "Transform", "Trainer"):
        killed = kill_in(fresh_project, node)
        assert killed.code == -9
        assert node not in killed.nodes
        assert fresh_project.versions("tiny_images") == []
    outcome = fresh_project.run("run", "tiny_images")
    assert outcome.code == 0, outcome.output
    assert outcome.nodes["ExampleGen"] == "cached"
    assert outcome.nodes["Trainer"] == "ran"
    assert len(fresh_project.versions("tiny_images")) == 1


def test_a_run_killed_in_the_pusher_neither_doubles_nor_halves_a_version(fresh_project):
    killed = kill_in(fresh_project, "Pusher")
    assert killed.code == -9
    left = fresh_project.versions("tiny_images")
    assert len([name for name in left if name.isdigit()]) <= 1
    outcome = fresh_project.run("run", "tiny_images")
    assert outcome.code == 0, outcome.output
    assert outcome.nodes["Trainer"] == "cached"
    (version,) = fresh_project.versions("tiny_images")
    assert version.isdigit()
    pushed = fresh_project.root / "runs/tiny_images/serving" / version
    assert (pushed / "saved_model.pb").exists()
    assert (pushed / "variables").exists()
