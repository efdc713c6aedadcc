"""Two tasks at the same time do not harm each other; two runs of one task do not start."""

import pytest

from tests.e2e.conftest import finish

pytestmark = pytest.mark.e2e


def test_two_tasks_run_at_the_same_time(fresh_project):
    images = fresh_project.start("run", "tiny_images")
    texts = fresh_project.start("run", "tiny_texts")
    for process, task in ((images, "tiny_images"), (texts, "tiny_texts")):
        outcome = finish(process)
        assert outcome.code == 0, outcome.output
        assert f"BLESSED  {task}" in outcome.output
        assert len(fresh_project.versions(task)) == 1
