"""Each change as a server sees it: the stand-in, which reads the same models.config."""

import shutil

import pytest

from components.errors import InputError
from pipeline.execute import RunFailed
from pipeline.options.serving import Serving
from pipeline.releases import change, model_server
from pipeline.releases.canary import canary
from pipeline.releases.models_config import read_release_of, write_release
from pipeline.releases.promote import promote
from pipeline.releases.rollback import rollback
from pipeline.serving_config.release import Release
from tests.pipeline.releases.conftest import NOBODY, TEXTS
from tests.serving.in_process import asked, running, until


def answered_by(client, where="labels/stable"):
    """Returns the version that answers, or the error."""
    body = {"signature_name": "predict", "instances": list(TEXTS)}
    answer = client.http.post(f"/v1/models/reviews/{where}:predict", json=body)
    return int(answer.headers["Model-Version"]) if answer.status_code == 200 else answer.text


@pytest.fixture
def client(shop, monkeypatch):
    """A server of version 3; 7 and 9 were pushed since. ML Metadata knows of none of them."""
    shop.push(3, 7, 9, warm=True, known=False)
    shop.serve(Release(3))
    with shop.running() as client:
        monkeypatch.setattr(change, "write_release", strict(client))
        yield client


def strict(client):
    """Returns what writes a release, and fails where the real TensorFlow Serving would refuse it.

    The stand-in waits with a label until its version is loaded; the original refuses the file.
    """

    def write(home, release):
        states, now = client.states("reviews"), read_release_of(home)
        for label, version in release.labels.items():
            moved = now.labels.get(label) not in (None, version)
            assert not moved or states.get(version) == "AVAILABLE", (label, version, states)
        write_release(home, release)

    return write


def test_canary_promotion_and_rollback_lose_no_request(shop, client, capsys):
    """Under load, and each is in effect when the command returns."""
    server = {"server": client.rest}
    with asked(*[lambda: answered_by(client)] * 3) as answers:
        canary(shop.task, 7, **server)
        assert answered_by(client, "labels/canary") == 7
        assert answered_by(client) == 3
        promote(shop.task, **server)
        assert answered_by(client) == 7
        assert "Unrecognized servable version label" in answered_by(client, "labels/canary")
        promote(shop.task, 9, **server)
        until(lambda: client.states("reviews")[3] == "END")
        rollback(shop.task, **server)
        assert answered_by(client) == 7
        # 3 is not loaded any more, so it takes two writes.
        rollback(shop.task, **server)
        assert answered_by(client) == 3
    assert {3, 7, 9} == {*answers}
    assert [line.what for line in shop.log] == ["canary", *["promote"] * 2, *["rollback"] * 2]
    printed = capsys.readouterr().out
    # Two texts in one request, one in another, one more to the other signature.
    assert "answers  4 of 4 equal its SavedModel's to 1e-05 (its warm-up requests)\n" in printed
    assert "requests failed by the server's fault: 0 of " in printed
    assert "proof    4 of 4 answers equal those of its files (no copy is known) to 1e-05" in printed


def test_the_label_is_gone_when_the_command_returns(shop, client):
    canary(shop.task, 7, server=client.rest)
    canary(shop.task, off=True, server=client.rest)
    assert "Unrecognized servable version label" in answered_by(client, "labels/canary")


def test_without_warm_up_requests_examples_of_the_run_are_asked(shop, capsys):
    shop.push(3)
    shop.push(7, known=False)
    shop.serve(Release(7, kept=(3,)))
    with shop.running() as client:
        rollback(shop.task, 3, server=client.rest)
    printed = capsys.readouterr().out
    assert "4 of 4 answers equal the archived version's to 1e-05 (examples of span 4)" in printed


def test_answers_of_other_files_are_told(shop, client):
    """What answers is not what was archived: the rollback is made, and said to have failed."""
    shop.record(7, shop.home.serving / "9")
    with pytest.raises(RunFailed, match=r"is not version 7: 0 of 4 answers equal the archived"):
        rollback(shop.task, 7, server=client.rest)
    assert answered_by(client) == 7
    assert [line.what for line in shop.log] == ["rollback"]


def refused(shop, client, match, action, *arguments, **fields):
    """Expects an error, and that nothing has changed for anybody."""
    before = shop.everything()
    with pytest.raises(InputError, match=match):
        action(shop.task, *arguments, server=client.rest, **fields)
    assert shop.everything() == before
    until(lambda: answered_by(client) == 3)


def test_a_version_that_is_not_what_was_archived_is_not_promoted(shop, client):
    """Neither as canary nor by its number, but for force; the log has the reason."""
    shop.record(7, shop.home.serving / "9")
    fault = r"4 of 4 answers are not those of its SavedModel"
    refused(shop, client, f"7 is not promoted:\n  {fault}.*\nAll is as before", promote, 7)
    canary(shop.task, 7, server=client.rest)
    refused(shop, client, fault, promote)
    promote(shop.task, force=True, server=client.rest)
    assert answered_by(client) == 7
    assert fault in shop.log[-1].overridden[0]


def test_a_version_that_takes_much_longer_is_not_promoted(shop, client):
    shop.push(20, known=False, warm=True, delay=0.02)
    refused(shop, client, r"it takes \d+\.\d ms a request, .* times what 3 takes", promote, 20)


def test_a_version_that_fails_on_its_requests_is_not_promoted(shop, client, monkeypatch):
    predict = model_server.ModelServer.predict

    def broken(server, version, *arguments):
        if version == "versions/7":
            raise model_server.RequestFailed("500: no memory")
        return predict(server, version, *arguments)

    monkeypatch.setattr(model_server.ModelServer, "predict", broken)
    refused(shop, client, "it fails on its warm-up requests: 500: no memory", promote, 7)


def test_a_model_whose_requests_fail_is_not_promoted(shop, client, monkeypatch):
    """More than the task's share, by the metrics."""
    page = (
        ':tensorflow:serving:request_latency_count{model_name="reviews",API="Predict"} 97\n'
        ':tensorflow:serving:request_count{model_name="reviews",status="INTERNAL"} 3\n'
    )
    monkeypatch.setattr(model_server.ModelServer, "metrics", lambda server: page)
    refused(shop, client, "requests failed by the server's fault: 3 of 100; ", promote, 7)
    object.__setattr__(shop.task, "serving", Serving(max_error_share=0.04))
    promote(shop.task, 7, server=client.rest)


def test_a_corrupt_version_is_refused_with_the_servers_reason(shop, client, monkeypatch):
    monkeypatch.setattr(change, "_READ_AGAIN_SECONDS", 0.3)
    (shop.home.serving / "9/saved_model.pb").write_bytes(b"nonsense")
    for action in (canary, promote, rollback):
        refused(shop, client, r"refuses version 9: .*\nAll is as before", action, 9)
    # The old refusal is not held against the version that was mended.
    shutil.copy(shop.home.serving / "7/saved_model.pb", shop.home.serving / "9")
    canary(shop.task, 9, server=client.rest)
    assert answered_by(client, "labels/canary") == 9


def test_a_server_that_does_not_follow_leaves_all_as_before(shop, tmp_path):
    """It reads another models.config."""
    shop.push(3, 7, 9, known=False)
    shop.serve(Release(3, kept=(7,)))
    shutil.copy(shop.config, tmp_path / "models.config")
    with running(tmp_path / "models.config") as client:
        for number, match in (
            (9, "has not loaded version 9 within 0.3 s"),
            (7, "has not followed"),
        ):
            refused(shop, client, match, rollback, number, patience=0.3)


def test_another_server_is_refused(shop, tmp_path):
    shop.push(3, 20, 21, known=False)
    shop.serve(Release(3))
    shutil.copy(shop.config, tmp_path / "models.config")
    with running(tmp_path / "models.config") as client:
        shutil.rmtree(shop.home.serving / "3")
        shop.serve(Release(20))
        before = shop.everything()
        for address, message in (
            (client.rest, "serves another reviews: its versions are 3, and none of them is in "),
            (f"{client.rest}/?", "is no model server: it answers /v1/models/reviews with 200"),
            (NOBODY, "nothing listens there; --server none asks none"),
            ("nonsense", "--server = 'nonsense': valid is http://HOST:PORT, or none"),
        ):
            for action in (canary, promote, rollback):
                with pytest.raises(InputError, match=message):
                    action(shop.task, 21, server=address)
        with pytest.raises(InputError, match="serves no model 'films'; --server names another"):
            model_server.find_server(client.rest, "films")
        assert shop.everything() == before
