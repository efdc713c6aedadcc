"""A download arrives whole and checked, goes on after an interruption, or says what is wrong."""

import fcntl
import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data.download import CUTS, download
from data.errors import DataError

CONTENT = bytes(range(256)) * 2000
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `content`, badly where it is told to; `ranges` are the Range headers it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.ranges: list[str | None] = []
        self.knows_ranges = True
        self.shift = 0
        self.cuts: list[int] = []
        self.chunked = False
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/archive.tar.gz"


class Handler(BaseHTTPRequestHandler):
    """Cuts the connection after so many bytes as the server's next item of `cuts` says."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        asked = self.headers["Range"]
        server.ranges.append(asked)
        start, status = 0, server.status
        if asked and server.knows_ranges:
            start, status = int(asked.removeprefix("bytes=").removesuffix("-")), 206
        if start >= len(server.content):
            status, start = 416, len(server.content)
        start += server.shift if status == 206 else 0
        body = server.content[start:]
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/*")
        if server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.chunked:
            self.wfile.write(f"{len(body):x}\r\n".encode())
        if server.cuts:
            self.wfile.write(body[: server.cuts.pop(0)])
        else:
            self.wfile.write(body + (b"\r\n0\r\n\r\n" if server.chunked else b""))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Keeps the test's output clean."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "archive.tar.gz"


def get(server: Server, target: Path) -> list[tuple[int, int | None]]:
    """Downloads and returns what was reported."""
    reports: list[tuple[int, int | None]] = []
    download(server.url, target, MD5, lambda *report: reports.append(report), pause=0)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    return reports


def complaint(server: Server, target: Path) -> str:
    with pytest.raises(DataError) as caught:
        get(server, target)
    assert not target.exists()
    return str(caught.value)


def keep(target: Path, content: bytes) -> Path:
    """Leaves behind what an earlier download brought."""
    target.parent.mkdir()
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    return part


def test_a_file_arrives_whole_and_its_progress_is_told(server: Server, target: Path) -> None:
    """Reports begin at 0, grow, and end with all of the bytes."""
    reports = get(server, target)
    assert reports[0] == (0, len(CONTENT))
    assert reports[-1] == (len(CONTENT), len(CONTENT))
    assert reports == sorted(reports) and len(reports) > 2
    assert server.ranges == [None]


def test_a_partial_download_goes_on(server: Server, target: Path) -> None:
    """Only what is missing is asked for."""
    keep(target, CONTENT[:100_000])
    assert get(server, target)[0] == (100_000, len(CONTENT))
    assert server.ranges == ["bytes=100000-"]


def test_a_server_that_ignores_ranges_sends_all_again(server: Server, target: Path) -> None:
    """What was there is not kept in front of the whole file."""
    server.knows_ranges = False
    keep(target, CONTENT[:100_000])
    assert get(server, target)[0] == (0, len(CONTENT))


def test_another_range_than_asked_for_is_not_appended(server: Server, target: Path) -> None:
    """The next try begins afresh."""
    server.shift = 5
    keep(target, CONTENT[:100_000])
    get(server, target)
    assert server.ranges == ["bytes=100000-", None]


def test_a_partial_download_that_is_complete_is_only_checked(server: Server, target: Path) -> None:
    """A kill between the last byte and the check costs no second download."""
    keep(target, CONTENT)
    get(server, target)
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_cut_connection_is_taken_up_again(server: Server, target: Path, chunked: bool) -> None:
    """Each try goes on from the last byte that came."""
    server.chunked = chunked
    server.cuts = [100_000, 50_000]
    get(server, target)
    assert len(server.ranges) == 3 and server.ranges[0] is None
    starts = [int(asked[len("bytes=") : -1]) for asked in server.ranges[1:] if asked]
    assert 0 < starts[0] <= 100_000 and starts[0] < starts[1] <= 150_000


def test_a_connection_that_keeps_breaking_is_given_up_and_nothing_lost(
    server: Server, target: Path
) -> None:
    """The message says how much is kept; the next call goes on from there."""
    server.cuts = [50_000] * CUTS
    message = complaint(server, target)
    assert f"0.2 MB are kept in {target}.part" in message
    assert len(server.ranges) == CUTS
    get(server, target)
    assert server.ranges[-1] == f"bytes={50_000 * CUTS}-"


def test_a_wrong_checksum_sets_the_file_aside(server: Server, target: Path) -> None:
    """It ends as .broken, is named, and the next try begins afresh."""
    server.content = b"<html>Log in to this network</html>"
    message = complaint(server, target)
    assert f"not {MD5}" in message and f"{target}.broken" in message
    assert [path.name for path in target.parent.iterdir()] == [f"{target.name}.broken"]
    server.content = CONTENT
    target.with_name(f"{target.name}.broken").unlink()
    get(server, target)
    assert server.ranges == [None, None]


def test_a_partial_download_of_another_file_is_found_out(server: Server, target: Path) -> None:
    """The checksum is that of the whole, so a wrong beginning does not pass."""
    keep(target, b"x" * 1000)
    assert "the checksum of what came is wrong" in complaint(server, target)


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_servers_refusal_is_said(server: Server, target: Path, status: int) -> None:
    """At once, with its number, and without what the page says."""
    server.status = status
    assert f"the server says {status}" in complaint(server, target)
    assert len(server.ranges) == 1


def test_no_server_is_said(target: Path) -> None:
    """A refused connection is an error in words."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/archive.tar.gz"
        with pytest.raises(DataError, match=r"cannot be reached: .*refused"):
            download(url, target, MD5, lambda *_: None)


def test_two_downloads_to_one_place_do_not_mix(server: Server, target: Path) -> None:
    """The second is refused and leaves alone what the first has."""
    part = keep(target, CONTENT[:1000])
    with part.open("ab") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        assert "another download writes there" in complaint(server, target)
    assert part.read_bytes() == CONTENT[:1000]
