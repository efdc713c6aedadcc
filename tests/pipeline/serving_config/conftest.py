"""A task's plan, and what is rendered for it."""

import pytest

from pipeline.home import Home
from pipeline.options.serving import Serving
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.release import Release
from pipeline.serving_config.render import complaints_about, files
from pipeline.serving_config.yaml_text import from_yaml, to_yaml


class Rendered:
    """The texts of all files; `set` changes one value, `complaints` says what is then wrong."""

    def __init__(self, plan):
        self.plan = plan
        self.texts = files(plan)

    def document(self, file):
        return from_yaml(self.texts[file])

    def set(self, file, path, value):
        """Puts a value where a path of keys and positions leads; None takes away what is there."""
        document = self.document(file)
        *above, last = path
        holder = document
        for key in above:
            holder = holder[key]
        if value is None:
            del holder[last]
        else:
            holder[last] = value
        self.texts[file] = to_yaml(document)

    def complaints(self):
        return list(complaints_about(self.texts, self.plan))


@pytest.fixture
def plan(tmp_path):
    """Returns a function that makes the plan of a task with two versions."""

    def make(model="pets", release=None, **serving):
        release = release or Release(stable=3, canary=7)
        return Plan(model, str(tmp_path), Serving(**serving), release)

    return make


@pytest.fixture
def rendered(plan):
    """Returns a function that renders a plan."""
    return lambda *arguments, **fields: Rendered(plan(*arguments, **fields))


@pytest.fixture
def home(tmp_path):
    """Returns a function that makes the home of a task with pushed versions."""

    def make(task, *versions):
        made = Home(task, tmp_path / "runs")
        for version in versions:
            (made.serving / str(version)).mkdir(parents=True)
        return made

    return make
