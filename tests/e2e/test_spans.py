"""A new span is found by itself, held against the one before, and trained against the baseline."""

import pytest

from tests.e2e.conftest import write_images

pytestmark = pytest.mark.e2e


def test_the_second_span(fresh_project):
    folder = fresh_project.root / "data/tiny_images"
    whole = folder.with_name("whole")
    folder.rename(whole)
    folder.mkdir()
    whole.rename(folder / "span-1")
    first = fresh_project.run("run", "tiny_images")
    assert first.code == 0, first.output
    assert "no earlier span to compare with" in first.output

    write_images(folder / "span-2", range(600, 1200), brighter=0.4)
    second = fresh_project.run("run", "tiny_images")
    assert second.code == 0, second.output
    assert second.nodes["ExampleGen"] == "ran"
    assert "brightness: Jensen-Shannon divergence" in second.output
    assert "against the model in service" in second.output

    again = fresh_project.run("run", "tiny_images")
    assert again.ran == set()
