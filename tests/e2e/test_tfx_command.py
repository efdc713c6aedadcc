"""TFX's own command runs a task file as it stands."""

import pytest

from tests.e2e.conftest import finish

pytestmark = pytest.mark.e2e


def test_tfx_creates_and_runs_a_task_file(fresh_project):
    create = finish(
        fresh_project.popen(
            "tfx", "pipeline", "create", "--engine=local",
            "--pipeline_path=pipeline/tasks/tiny_texts.py",
        )
    )  # fmt: skip
    assert create.code == 0, create.output
    assert fresh_project.versions("tiny_texts") == []
    run = finish(
        fresh_project.popen(
            "tfx", "run", "create", "--engine=local", "--pipeline_name=tiny_texts"
        )
    )  # fmt: skip
    assert run.code == 0, run.output
    assert "BLESSED  tiny_texts" in run.output
    assert len(fresh_project.versions("tiny_texts")) == 1
