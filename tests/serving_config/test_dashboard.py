"""Grafana's dashboard: whole, and about metrics that there are."""

import json
import re
from pathlib import Path

from pipeline.serving_config.checks.monitoring import check_dashboard
from pipeline.serving_config.metrics import unknown_to_the_server

PATH = Path(__file__).resolve().parents[2] / "serving_config/grafana/dashboards/serving.json"
TEXT = PATH.read_text()
PANELS = json.loads(TEXT)["panels"]
VARIABLES = json.loads(TEXT)["templating"]["list"]


def test_every_panel_asks_for_what_the_server_exports():
    assert sum(len(panel["targets"]) for panel in PANELS) > 10
    assert list(check_dashboard(PATH.name, TEXT)) == []


def test_variables_are_filled_from_what_the_server_exports():
    queries = [each["query"]["query"] for each in VARIABLES if each["type"] == "query"]
    assert len(queries) == 2
    for query in queries:
        assert list(unknown_to_the_server(query)) == []


def test_every_variable_that_is_used_is_declared():
    declared = {each["name"] for each in VARIABLES} | {"__rate_interval"}
    assert {*re.findall(r"\$\{?(\w+)", TEXT)} == declared


def test_panels_do_not_overlap():
    taken = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_every_panel_says_what_it_shows():
    assert all(panel["title"] and panel["description"] for panel in PANELS)
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
