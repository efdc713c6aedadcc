"""A blessed model that the server cannot serve is not pushed, and the user reads why."""

import re

import pytest

pytestmark = pytest.mark.e2e

TASK = "pipeline/tasks/tiny_images.py"


def test_a_model_beyond_the_server_s_memory_is_not_pushed(fresh_project):
    """Nothing else runs again when the limit is raised; then the version has its warm-up."""
    limit = "serving=Serving(memory_gib=0.5),"
    fresh_project.edit(TASK, "import Evaluation, ", "import Evaluation, Serving, ")
    fresh_project.edit(TASK, "    # Of 48", f"    {limit}\n    # Of 48")
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0, first.output
    assert re.search("^BLESSED", first.output, re.MULTILINE), first.output
    assert "not pushed: a server cannot serve it" in first.output
    assert re.search(r"the server took 0\.\d+ GiB; its limit is 0\.5 GiB", first.output)
    assert fresh_project.versions("tiny_images") == []

    fresh_project.edit(TASK, limit, "serving=Serving(memory_gib=2.0),")
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert second.ran == {"InfraValidator", "Pusher", "TFLiteRewriter"}, second.output
    (version,) = fresh_project.versions("tiny_images")
    folder = fresh_project.root / "runs/tiny_images/serving" / version
    assert (folder / "assets.extra/tf_serving_warmup_requests").stat().st_size > 0
