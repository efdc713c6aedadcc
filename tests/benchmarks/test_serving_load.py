"""The load counts what it gets, and the bound compares what may be compared."""

import argparse
import subprocess
import sys

import pytest
import serving_load
from serving_load import ALONE, BATCHED, FUNCTION, PLAIN, Measured

from components.errors import InputError


def a_server(server: str, per_second: float, p99: float) -> Measured:
    return Measured(server, 8, 100, 0, per_second, p99 / 2, p99)


def test_only_what_is_as_fast_is_compared() -> None:
    """Ours at its best, where its p99 is no longer than that of `model.predict` at its best."""
    found = [
        a_server(ALONE, 60, 40),
        a_server(BATCHED, 90, 60),
        a_server(PLAIN, 10, 30),
        a_server(PLAIN, 20, 50),
        a_server(FUNCTION, 100, 10),
    ]
    assert serving_load.times_as_many(found) == 3
    assert serving_load.times_as_many([a_server(ALONE, 60, 40), a_server(PLAIN, 10, 30)]) == 0


def test_without_a_run_the_user_learns_where_one_is_looked_for(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PIPELINE_RUNS", str(tmp_path))
    with pytest.raises(
        InputError, match=rf"{tmp_path}/digits/artifacts/Trainer/model: no artifact"
    ):
        serving_load.subject(argparse.Namespace(task="digits", run=None))


def test_the_table_has_a_line_for_each_load() -> None:
    lines = serving_load.table([a_server(ALONE, 1234, 5), a_server(PLAIN, 20, 400)]).splitlines()
    assert len(lines) == 3 and len({len(line) for line in lines}) == 1
    assert "1,234" in lines[1]


def test_answers_are_counted_by_their_status(tmp_path, http_server) -> None:
    """Also errors, and connections that break: this server closes one after each error."""
    requests = [b"GET /fine HTTP/1.1\r\n\r\n", b"GET /wrong HTTP/1.1\r\n\r\n"]
    file = tmp_path / "requests"
    file.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in requests))
    said = serving_load.load(http_server, str(file), 60, 3)
    statuses = said["statuses"]
    assert statuses.keys() == {"200", "404", "0"} and sum(statuses.values()) == 60
    assert len(said["latencies"]) == 60 - statuses["0"]
    measured = serving_load.measured(ALONE, 3, said)
    assert (measured.requests, measured.errors) == (60, 60 - statuses["200"])
    assert measured.per_second == pytest.approx(statuses["200"] / said["seconds"])


@pytest.fixture
def http_server(tmp_path):
    """The port of a server that knows one file."""
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "fine").write_text("fine")
    port = serving_load.free_port()
    program = (
        "import http.server as h, sys;"
        "h.SimpleHTTPRequestHandler.protocol_version = 'HTTP/1.1';"
        "h.test(h.SimpleHTTPRequestHandler, h.ThreadingHTTPServer, port=int(sys.argv[1]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not serving_load._answers(f"http://127.0.0.1:{port}/fine"):
            assert process.poll() is None
        yield port
    finally:
        process.kill()
        process.wait()
