"""A run is started once, from a version that is there once, and followed to its end."""

import warnings

import pytest
import yaml

from components.errors import InputError
from pipeline.kubeflow.client import wait
from pipeline.kubeflow.client.errors import Refused, Unanswered
from pipeline.kubeflow.client.submit import Work, submit
from pipeline.kubeflow.client.wait import waited


def test_a_run_is_started_and_its_page_is_told(kfp, connect, work, say, lines):
    run_id = submit(connect(), work(service_account="trainer"), say, "first")
    (run,) = kfp.runs.values()
    (experiment,) = kfp.experiments.values()
    (pipeline,) = kfp.pipelines.values()
    (version,) = kfp.versions.values()
    assert pipeline["display_name"] == experiment["display_name"] == "digits"
    assert version["pipeline_spec"] == {"schemaVersion": "2.1.0", "content": "one"}
    assert run["display_name"] == "first"
    assert run["experiment_id"] == experiment["experiment_id"]
    assert run["pipeline_version_reference"] == {
        "pipeline_id": pipeline["pipeline_id"],
        "pipeline_version_id": version["pipeline_version_id"],
    }
    assert run["runtime_config"] == {"pipeline_root": "s3://bucket/runs"}
    assert run["service_account"] == "trainer"
    assert lines == [
        f"version  {version['display_name']}: uploaded",
        "run      first",
        f"         {kfp.url}/#/runs/details/{run_id}",
    ]


def test_the_same_content_is_no_new_version_and_another_is(kfp, connect, work, say, lines):
    server = connect()
    for content in ("one", "two", "three", "one"):
        submit(server, work(content), say)
    assert len(kfp.pipelines) == len(kfp.experiments) == 1
    assert (len(kfp.versions), len(kfp.runs)) == (3, 4)
    assert lines[-3].endswith(": there already, with the same content")


def test_in_a_namespace_everything_is_made_there(kfp, connect, work, say):
    kfp.multi_user, kfp.namespaces = True, ("team",)
    submit(connect(namespace="team"), work(), say)
    (pipeline,), (experiment,) = kfp.pipelines.values(), kfp.experiments.values()
    assert pipeline["namespace"] == experiment["namespace"] == "team"


def test_when_somebody_was_faster_his_is_taken(kfp, connect, work, say, monkeypatch):
    """The first look finds nothing, the creation meets 409, the second look finds it."""
    server = connect()
    submit(server, work(), say)
    for name in ("pipeline", "version", "experiment"):
        looks = iter([None])
        found = getattr(server, name)
        monkeypatch.setattr(
            server, name, lambda *given, looks=looks, found=found: next(looks, found(*given))
        )
    submit(server, work(), say)
    assert len(kfp.pipelines) == len(kfp.experiments) == len(kfp.versions) == 1
    assert len(kfp.runs) == 2


def test_a_version_that_kfp_does_not_read_is_refused_with_its_words(kfp, connect, tmp_path, say):
    package = tmp_path / "old.yaml"
    package.write_text(yaml.safe_dump({"schemaVersion": "2.0.0"}))
    with pytest.raises(Refused, match="only supports schema version") as error:
        submit(connect(), Work("digits", package), say)
    assert "cannot upload old.yaml as version digits-" in str(error.value)
    assert not kfp.runs


def test_an_archived_experiment_is_not_filled(kfp, connect, work, say):
    submit(connect(), work(), say)
    next(iter(kfp.experiments.values()))["storage_state"] = "ARCHIVED"
    with pytest.raises(InputError, match="is archived; restore it on http"):
        submit(connect(), work(), say)
    assert len(kfp.runs) == 1


def test_a_run_whose_answer_was_lost_is_found_and_not_started_twice(kfp, connect, work, say):
    submit(connect(), work(), say, "again")
    kfp.fault("POST .*runs$", "reset after")
    run_id = submit(connect(), work(), say, "again")
    assert run_id == list(kfp.runs)[1]
    assert len(kfp.runs) == 2


def test_a_run_that_may_still_start_is_told(kfp, connect, work, say):
    kfp.fault("POST .*runs$", "reset")
    with pytest.raises(Unanswered, match="may still start: `kubeflow status` shows it"):
        submit(connect(), work(), say)


@pytest.mark.parametrize(
    "request_", ["POST .*pipelines$", "POST .*upload_version", "POST .*experiments$"]
)
@pytest.mark.parametrize("what", ["reset", "reset after", 500])
def test_after_a_failure_in_the_middle_the_same_again_completes_and_doubles_nothing(
    kfp, connect, work, say, request_, what
):
    kfp.fault(request_, what)
    with pytest.raises(Unanswered):
        submit(connect(), work(), say)
    assert not kfp.runs
    submit(connect(), work(), say)
    assert len(kfp.pipelines) == len(kfp.experiments) == len(kfp.versions) == len(kfp.runs) == 1


@pytest.fixture
def started(kfp, connect, work, say, monkeypatch):
    """A run; returns the server, its id, and a list of states that time brings."""
    server = connect()
    run_id = submit(server, work(), say)
    states = []

    def sleep(seconds):
        assert seconds == 10
        if states:
            kfp.runs[run_id].update(states.pop(0))

    monkeypatch.setattr(wait.time, "sleep", sleep)
    return server, run_id, states


@pytest.mark.parametrize(
    ("state", "code"), [("SUCCEEDED", 0), ("SKIPPED", 0), ("FAILED", 1), ("CANCELED", 4)]
)
def test_waiting_ends_with_the_run_and_its_code(started, lines, state, code):
    server, run_id, states = started
    states += [{"state": "RUNNING"}, {"state": "RUNNING"}, {"state": state}]
    lines.clear()
    assert waited(server, run_id, lines.append) == code
    assert lines == ["state    pending", "state    running", f"state    {state.lower()}"]


def test_what_failed_is_told(started, lines):
    server, run_id, states = started
    tasks = [
        {"display_name": "root", "state": "FAILED"},
        {"display_name": "Trainer", "state": "FAILED", "error": {"message": "out of memory"}},
        {"display_name": "Transform", "state": "SUCCEEDED"},
    ]
    states.append({"state": "FAILED", "run_details": {"task_details": tasks}})
    assert waited(server, run_id, lines.append) == 1
    assert lines[-2:] == ["state    failed", "         Trainer failed: out of memory"]


def test_waiting_ends_when_the_time_is_over(started, lines):
    server, run_id, _ = started
    assert waited(server, run_id, lines.append, at_most=0.001) == 5
    assert lines[-1].startswith("note     the run goes on")


def test_waiting_bears_a_server_that_is_away_for_a_while(kfp, started, say):
    server, run_id, states = started
    kfp.fault(r"GET .*runs/", 503, times=5)
    states += [{}] * 5 + [{"state": "SUCCEEDED"}]
    assert waited(server, run_id, say) == 0
    kfp.fault(r"GET .*runs/", "reset", times=6)
    with pytest.raises(Unanswered):
        waited(server, run_id, say)


def test_kfps_own_client_sees_the_same(kfp, connect, work, say):
    from kfp.client import Client

    run_id = submit(connect(), work(), say, "first")
    with warnings.catch_warnings(action="ignore"):
        client = Client(host=kfp.url)
        pipeline_id = client.get_pipeline_id("digits")
        (version,) = client.list_pipeline_versions(pipeline_id).pipeline_versions
        run = client.get_run(run_id)
    assert run.pipeline_version_reference.pipeline_version_id == version.pipeline_version_id
