"""A mistake is refused before anything is sent, and each command ends with the code it promises."""

import argparse
import sys
import types

import pytest
import yaml

from pipeline.commands import kubeflow
from pipeline.home import RUNS_VARIABLE
from pipeline.kubeflow.client import wait
from pipeline.run_local import guarded

IMAGE, ROOT = "registry.example.com/pipeline:1", "s3://bucket/runs"
TARGET = ("--image", IMAGE, "--root", ROOT)


@pytest.fixture
def run(kfp, tmp_path, monkeypatch, capsys):
    """Returns a function from a command line to its exit code and what it said."""
    compiled = types.ModuleType("pipeline.kubeflow.compile")

    def compile_pipeline(task, settings):
        return yaml.safe_dump({"schemaVersion": "2.1.0", "image": settings.image})

    compiled.compile_pipeline = compile_pipeline
    monkeypatch.setenv(RUNS_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setitem(sys.modules, compiled.__name__, compiled)
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", kfp.url)
    parser = argparse.ArgumentParser()
    kubeflow.add(parser.add_subparsers())

    def run(*given):
        arguments = parser.parse_args(["kubeflow", *given])
        code = guarded(lambda: arguments.action(arguments))
        captured = capsys.readouterr()
        return code, " ".join((captured.out + captured.err).split())

    return run


def test_a_task_goes_from_submit_to_unschedule(kfp, run, tmp_path):
    code, said = run("compile", "digits", *TARGET, "--output", str(tmp_path / "mine.yaml"))
    assert (code, said) == (0, f"compiled {tmp_path}/mine.yaml")
    assert "image" in yaml.safe_load((tmp_path / "mine.yaml").read_text())
    code, said = run("submit", "digits", *TARGET, "--run-name", "[first]")
    assert code == 0 and "run [first]" in said
    assert [each.name for each in (tmp_path / "runs/digits/kubeflow").iterdir()] == ["digits.yaml"]
    (started,) = kfp.runs.values()
    assert started["runtime_config"]["pipeline_root"] == f"{ROOT}/digits/artifacts"
    code, said = run("schedule", "digits", *TARGET, "--cron", "0 2 * * *")
    assert code == 0
    assert "cron 0 2 * * * (UTC) is, for KFP, seconds first: 0 0 2 * * * (UTC)" in said
    assert "schedule 0 0 2 * * *: made" in said
    code, said = run("status", "digits")
    assert code == 0 and "02:00:00 UTC" in said and "[first]" in said
    code, said = run("unschedule", "digits")
    assert (code, said) == (0, "schedule deleted")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("submit", "digits", "--root", ROOT), "--image is missing"),
        (("submit", "digits", "--image", IMAGE), "--root is missing"),
        (("submit", "digits", *TARGET, "--wait", "0"), "--wait 0: minutes"),
        (("submit", "nothing", *TARGET), "nothing"),
        (("submit", "digits", *TARGET, "--host", "kfp"), "--host kfp"),
        (("submit", "digits", *TARGET, "--namespace", "My"), "--namespace My"),
        (("schedule", "digits", *TARGET, "--cron", "0 25 * * *"), "hour '25'"),
        (
            ("schedule", "digits", *TARGET, "--cron", "0 2 * * *", "--time-zone", "Europe/Vienna"),
            "changes within the year",
        ),
        (("schedule", "digits", *TARGET, "--interval", "1s"), "--interval '1s'"),
        (("compile", "digits", "--image", IMAGE, "--root", "runs"), "--root = 'runs'"),
        (("compile", "digits", *TARGET, "--output", "mine.json"), "ends in .yaml"),
        (("compile", "digits", *TARGET, "--output", "/proc/none/a.yaml"), "cannot be written"),
        (("status", "digits", "--server-time-zone", "Vienna"), "--server-time-zone Vienna"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_sent(kfp, run, given, says):
    code, said = run(*given)
    assert code == 2
    assert says in said
    assert kfp.requests == []


@pytest.mark.parametrize(
    "given", [("submit", *TARGET), ("schedule", *TARGET, "--cron", "@daily"), ("unschedule",)]
)
def test_an_unknown_namespace_is_told_and_nothing_is_changed(kfp, run, given):
    kfp.multi_user, kfp.namespaces = True, ("team",)
    command, *options = given
    code, said = run(command, "digits", *options, "--namespace", "tema")
    assert code == 2
    assert "--namespace tema: unknown, or not open to you" in said
    assert kfp.changes() == []


@pytest.mark.parametrize(("state", "code"), [("SUCCEEDED", 0), ("FAILED", 1), ("CANCELED", 4)])
def test_waiting_ends_with_the_code_of_the_run(kfp, run, monkeypatch, state, code):
    def sleep(_):
        for each in kfp.runs.values():
            each["state"] = state

    monkeypatch.setattr(wait.time, "sleep", sleep)
    assert run("submit", "digits", *TARGET, "--wait")[0] == code


def test_waiting_can_be_interrupted_and_the_run_goes_on(kfp, run, monkeypatch):
    def sleep(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(wait.time, "sleep", sleep)
    code, said = run("submit", "digits", *TARGET, "--wait", "5")
    assert code == 130
    assert said.endswith("note the run goes on; `kubeflow status` shows it")


def test_cron_and_interval_exclude_each_other(run):
    for given in ((), ("--cron", "@daily", "--interval", "6h")):
        with pytest.raises(SystemExit):
            run("schedule", "digits", *TARGET, *given)
