"""Alerts: that they ask for what is exported, and, where promtool is at hand, that they fire."""

import shutil
import subprocess

import pytest
import yaml

from pipeline.serving_config.alerts import alert_rules
from pipeline.serving_config.metrics import unknown_to_the_server
from pipeline.serving_config.yaml_text import to_yaml, without_comments

REQUESTS = ":tensorflow:serving:request_count"
LATENCY = ":tensorflow:serving:request_latency"
QUEUE = ":tensorflow:serving:batching_session:queuing_latency_bucket"
LOADS = ":tensorflow:cc:saved_model:load_attempt_count"
MODEL = 'job="my-pets",model_name="my_pets"'
UP = {'up{job="my-pets"}': "1+0x30"}
ANSWERS = {
    f'{REQUESTS}{{{MODEL},status="OK"}}': "0+100x30",
    f'{LATENCY}_count{{{MODEL},API="predict",entrypoint="REST"}}': "0+100x30",
}


def buckets(name, labels, bound):
    """Returns a histogram whose observations all lie in the bucket that ends at a bound."""
    bounds = (bound / 2, bound, bound * 2, "+Inf")
    rates = (0, 100, 100, 100)
    return {
        f'{name}{{{labels},le="{le}"}}': f"0+{rate}x30"
        for le, rate in zip(bounds, rates, strict=True)
    }


SITUATIONS = {
    "nobody answers": ({}, {"NoServer"}),
    "the only server is down": ({'up{job="my-pets"}': "0+0x30"}, {"NoServer"}),
    "another job is up": ({'up{job="others"}': "1+0x30"}, {"NoServer"}),
    "all is well": (UP | ANSWERS, set()),
    "nobody asks": (UP, set()),
    "the probes find no model": (
        UP | {f'{REQUESTS}{{{MODEL},status="NOT_FOUND"}}': "0+10x30"},
        {"NoModel"},
    ),
    "a client asks for an old version": (
        UP | ANSWERS | {f'{REQUESTS}{{{MODEL},status="NOT_FOUND"}}': "0+10x30"},
        set(),
    ),
    "a new version is corrupt": (
        UP | ANSWERS | {f'{LOADS}{{job="my-pets",model_path="/m/7",status="fail"}}': "_x20 1+0x10"},
        {"LoadFailed"},
    ),
    "a version was corrupt, long ago": (
        UP | ANSWERS | {f'{LOADS}{{job="my-pets",model_path="/m/7",status="fail"}}': "1+0x30"},
        set(),
    ),
    "it loads well": (
        UP | ANSWERS | {f'{LOADS}{{job="my-pets",model_path="/m/7",status="success"}}': "0 1+0x29"},
        set(),
    ),
    "every fiftieth fails": (
        UP | ANSWERS | {f'{REQUESTS}{{{MODEL},status="INTERNAL"}}': "0+2x30"},
        {"Errors"},
    ),
    "every two-hundredth fails": (
        UP | ANSWERS | {f'{REQUESTS}{{{MODEL},status="UNAVAILABLE"}}': "0+0.5x30"},
        set(),
    ),
    "all fail": (UP | {f'{REQUESTS}{{{MODEL},status="UNAVAILABLE"}}': "0+2x30"}, {"Errors"}),
    "clients send nonsense": (
        UP | ANSWERS | {f'{REQUESTS}{{{MODEL},status="INVALID_ARGUMENT"}}': "0+90x30"},
        set(),
    ),
    "slow by REST": (
        UP | ANSWERS | buckets(f"{LATENCY}_bucket", f'{MODEL},API="predict"', 400_000),
        {"Latency"},
    ),
    "slow by gRPC": (
        UP | ANSWERS | buckets(f"{LATENCY}_bucket", f'{MODEL},API="Predict"', 400_000),
        {"Latency"},
    ),
    "fast": (
        UP | ANSWERS | buckets(f"{LATENCY}_bucket", f'{MODEL},API="predict"', 100_000),
        set(),
    ),
    "metadata is slow": (
        UP | ANSWERS | buckets(f"{LATENCY}_bucket", f'{MODEL},API=""', 900_000),
        set(),
    ),
    "requests queue up": (UP | ANSWERS | buckets(QUEUE, 'job="my-pets"', 200_000), {"Queue"}),
    "requests hardly wait": (UP | ANSWERS | buckets(QUEUE, 'job="my-pets"', 1_000), set()),
}


@pytest.fixture
def rules(plan):
    return alert_rules(plan("my_pets", max_latency_ms=250))


def test_every_alert_asks_for_what_the_server_exports(rules):
    for rule in without_comments(rules)["groups"][0]["rules"]:
        assert list(unknown_to_the_server(rule["expr"])) == []


def test_names_and_labels_that_no_server_exports_are_told():
    query = (
        'rate(:tensorflow:serving:requests{job="a"}[5m]) + '
        ':tensorflow:serving:request_count{version="3",status=~"OK"} + '
        ':tensorflow:serving:request_latency{} + up{job="a",le="1"}'
    )
    assert list(unknown_to_the_server(query)) == [
        "no metric is called :tensorflow:serving:request_latency",
        "no metric is called :tensorflow:serving:requests",
        ":tensorflow:serving:request_count has no label version",
        "up has no label le",
    ]


def test_without_batching_nothing_is_said_of_queues(plan):
    rules = without_comments(alert_rules(plan(batching=False)))["groups"][0]["rules"]
    assert "Queue" not in [rule["alert"] for rule in rules]
    assert "batching" not in str(rules)


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool, Prometheus's own tool")
def test_alerts_fire_when_they_should_and_only_then(rules, tmp_path):
    """Each situation lasts half an hour; `promtool test rules` plays it and says what fires."""
    (tmp_path / "alerts.yml").write_text(to_yaml(rules))
    names = [rule["alert"] for rule in without_comments(rules)["groups"][0]["rules"]]
    tests = [
        {
            "name": situation,
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)',
                    "eval_time": "28m",
                    "exp_samples": [{"labels": "{}", "value": int(name in firing)}],
                }
                for name in names
            ],
        }
        for situation, (series, firing) in SITUATIONS.items()
    ]
    assert {name for _, firing in SITUATIONS.values() for name in firing} == {*names}
    played = {"rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(played))
    command = ["promtool", "test", "rules", str(tmp_path / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
