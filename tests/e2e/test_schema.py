"""A schema is inferred, reviewed, imported; data that break it stop the run before training."""

import pytest

from tests.e2e.conftest import write_images

pytestmark = pytest.mark.e2e


def test_the_schemas_life(fresh_project):
    schema = fresh_project.root / "schemas/tiny_images.pbtxt"

    inferred = fresh_project.run("schema", "tiny_images")
    assert inferred.code == 0, inferred.output
    assert 'value: "3"' in schema.read_text()
    assert "nothing changes" in fresh_project.run("schema", "tiny_images").output

    write_images(fresh_project.root / "data/tiny_images/9", range(40))
    stopped = fresh_project.run("run", "tiny_images")
    assert stopped.code == 2, stopped.output
    assert stopped.nodes["DataGate"] == "failed"
    assert "Trainer" not in stopped.nodes
    assert "feature 'label'" in stopped.output
    assert "9/0/0000.png (9)" in stopped.output
    assert "Traceback" not in stopped.output

    refused = fresh_project.run("schema", "tiny_images")
    assert refused.code == 2
    assert '+    value: "9"' in refused.output
    assert "--yes" in refused.output

    assert fresh_project.run("schema", "tiny_images", "--yes").code == 0
    assert 'value: "9"' in schema.read_text()
    outcome = fresh_project.run("run", "tiny_images")
    assert outcome.code == 0, outcome.output
    assert outcome.nodes["ImportSchemaGen"] == "ran"
