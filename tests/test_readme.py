"""What the README says is so: its commands, its links, its tree."""

import re
import shlex
from pathlib import Path

import pytest

from components.trainer.models import architectures
from pipeline.__main__ import parser
from pipeline.load import task_names
from pipeline.task import Task

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text()
PAGES = [PROJECT / "README.md", PROJECT / "serving_config/README.md", *PROJECT.glob("docs/*.md")]


def commands_of(page):
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text(), re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]


COMMANDS = commands_of(PROJECT / "README.md")


def test_every_make_target_exists():
    targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    named = {c.split()[1] for c in COMMANDS if c.startswith("make ")} | set(
        re.findall(r"`make ([a-z]+)`", README)
    )
    assert {"run", "test", "fast"} <= named <= set(targets)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_command_of_the_pipeline_parses(page):
    prefix = ".venv/bin/python -m pipeline "
    commands = [c.removeprefix(prefix) for c in commands_of(page) if c.startswith(prefix)]
    for command in commands:
        assert callable(parser().parse_args(shlex.split(command)).action)


def test_tfxs_commands_are_the_ones_that_are_tested():
    tested = (PROJECT / "tests/e2e/test_tfx_command.py").read_text()
    commands = [c for c in COMMANDS if c.startswith("tfx ")]
    assert len(commands) == 2
    for command in commands:
        for word in command.replace("digits", "tiny_texts").split():
            assert f'"{word}"' in tested


def anchors_of(page):
    """Returns what a link may name in a page, as GitHub makes it of its headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(PROJECT).as_posix())
def test_every_link_leads_somewhere(page):
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", prose) if "://" not in link]
    for link in links:
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_place_in_the_tree_exists():
    tree = re.search(r"## Where what is\n\n```\n(.*?)```", README, re.DOTALL).group(1)
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else name
        assert (PROJECT / folder / ("" if name == folder else name)).exists(), line


@pytest.mark.parametrize("source", re.findall(r"```python\n(TASK = .*?)```", README, re.DOTALL))
def test_every_example_of_a_task_is_one(source):
    import pipeline.task

    names = dict(vars(pipeline.task))
    exec(source, names)
    assert isinstance(names["TASK"], Task)


def test_every_model_is_named():
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == set(architectures())


@pytest.mark.parametrize("name", task_names())
def test_a_tasks_docstring_states_command_cost_and_expected_score(name):
    source = (PROJECT / f"pipeline/tasks/{name}.py").read_text()
    for line in (
        rf"Command: (make data .* && )?make run( TASK={name})?",
        "Cost: .+",
        "Expected: .+",
    ):
        assert re.search(f"^{line}$", source, re.MULTILINE), line
