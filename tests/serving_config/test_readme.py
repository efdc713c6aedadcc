"""What serving_config/README.md says is so."""

import re
from pathlib import Path

import pytest

from pipeline.options.serving import Serving
from pipeline.serving_config.alerts import alert_rules
from pipeline.serving_config.plan import Plan
from pipeline.serving_config.release import Release
from pipeline.serving_config.render import files
from pipeline.serving_config.yaml_text import without_comments

FOLDER = Path(__file__).resolve().parents[2] / "serving_config"
README = (FOLDER / "README.md").read_text()


@pytest.fixture
def plan(tmp_path):
    return Plan("digits", str(tmp_path), Serving(), Release(3, 7))


def table(heading):
    """Returns the first cells of the first table under a heading."""
    below = README.split(heading, 1)[1]
    rows = re.search(r"\n\| --- .*?\n((?:\|.*\n)+)", below)[1]
    return [row.split("|")[1] for row in rows.splitlines()]


def test_every_rendered_file_is_named(plan):
    named = re.findall(r"`([^`]+)`", "".join(table("# From a pushed model")))
    rendered = {*files(plan)} - {path for path in files(plan) if path.startswith("kubernetes/base")}
    for path in rendered:
        assert [name for name in named if path == name or path.startswith(name)], path
    for name in named:
        assert [path for path in rendered if path == name or path.startswith(name)], name


def test_every_alert_is_named(plan):
    rules = without_comments(alert_rules(plan))["groups"][0]["rules"]
    assert [cell.strip(" `") for cell in table("## Watch it")] == [rule["alert"] for rule in rules]


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert len(links) >= 5
    for link in links:
        assert (FOLDER / link).exists(), link


def test_every_option_that_is_named_exists():
    fields = Serving.model_fields
    for name in re.findall(r"Serving\.(\w+)|`(max_\w+)`", README):
        assert "".join(name) in fields
    for call in re.findall(r"Serving\((.*?)\)", README):
        for name in re.findall(r"(\w+)=", call):
            assert name in fields
