"""What a request may cost is limited, and what is refused gets its status."""

import base64
import io
import json
import socket
import struct
import threading
import time
import zlib

import grpc
import pytest
from grpc import StatusCode
from PIL import Image
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest

from tests.serving import toy
from tests.serving.conformance.test_grpc import of_examples, predict_request, refused
from tests.serving.in_process import running, until

KIB = 1024
PATH = "/v1/models/toy:predict"
POST = f"POST {PATH} HTTP/1.1\r\nHost: toy\r\n"


@pytest.fixture(scope="module")
def strict(toys):
    """A server with little patience."""
    with running(
        toys / "models.config",
        concurrency=1,
        queue=1,
        request_bytes=64 * KIB,
        bytes_at_once=96 * KIB,
        image_pixels=10_000,
        request_pixels=25_000,
        connections=1_100,
        idle_seconds=1,
        body_seconds=2,
    ) as client:
        yield client


def connect(client):
    connection = socket.create_connection(client.address, timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def received(connection):
    """Returns everything until the server closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts).decode()


def exchange(client, *parts):
    """Sends parts one after another, and returns all that comes back."""
    with connect(client) as connection:
        for part in parts:
            connection.sendall(part.encode() if isinstance(part, str) else part)
        return received(connection)


def still_answers(client):
    body = {"signature_name": "predict", "instances": [b64(toy.image())]}
    return client.http.post(PATH, json=body).status_code == 200


def b64(file):
    return {"b64": base64.b64encode(file).decode()}


@pytest.mark.parametrize(
    "head",
    [f"Content-Length: {64 * KIB + 1}\r\n", "Transfer-Encoding: chunked\r\n"],
    ids=["announced", "chunked"],
)
def test_a_body_that_is_too_large_is_refused(strict, head):
    """413, once the client has sent it: else it would never read the answer."""
    body = b"a" * (64 * KIB + 1)
    if "chunked" in head:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    answer = exchange(strict, POST, head, "Connection: close\r\n\r\n", body)
    assert answer.startswith("HTTP/1.1 413 ")
    assert json.loads(answer.partition("\r\n\r\n")[2])["error"] == "a request may have 65,536 bytes"
    assert still_answers(strict)


def test_a_client_that_asks_first_need_not_send_a_body_that_is_too_large(strict):
    """`Expect: 100-continue`, as curl sends it."""
    head = f"Content-Length: {100 << 20}\r\nExpect: 100-continue\r\n\r\n"
    assert exchange(strict, POST, head).startswith("HTTP/1.1 413 ")


def test_too_large_bodies_at_once_are_refused(strict):
    """503 and when to come back; once the others have ended, there is room again."""
    with connect(strict) as waiting:
        waiting.sendall(f"{POST}Content-Length: {60 * KIB}\r\n\r\n".encode() + b" " * 1000)
        time.sleep(0.1)
        body = " " * (40 * KIB)
        head = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        answer = exchange(strict, POST, head, body)
        assert answer.startswith("HTTP/1.1 503 ") and "Retry-After: 1\r\n" in answer
        waiting.sendall(b" " * (59 * KIB + 24))
    assert until(lambda: exchange(strict, POST, head, body).startswith("HTTP/1.1 400 "))


def test_a_body_that_does_not_come_is_not_waited_for(strict):
    """408, and the connection is closed."""
    began = time.monotonic()
    answer = exchange(strict, POST, "Content-Length: 10\r\n\r\n{")
    assert answer.startswith("HTTP/1.1 408 ")
    assert 1.9 < time.monotonic() - began < 20


def test_a_header_that_does_not_come_is_not_waited_for(strict):
    """The connection is closed, however steadily single bytes come."""
    with connect(strict) as connection:
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 20:
                connection.sendall(b"G")
                time.sleep(0.1)
        assert time.monotonic() - began < 20


def test_a_thousand_idle_connections_are_borne_and_then_closed(strict):
    """Others are answered meanwhile."""
    idle = [connect(strict) for _ in range(1_000)]
    try:
        assert still_answers(strict)
        for connection in idle:
            assert connection.recv(1) == b""
    finally:
        for connection in idle:
            connection.close()


def test_connections_beyond_the_limit_are_refused(toys):
    """503 at once, without a request."""
    with running(toys / "models.config", connections=3) as client:
        idle = [connect(client) for _ in range(2)]
        with connect(client) as one_too_many:
            assert received(one_too_many).startswith("HTTP/1.1 503 ")
        for connection in idle:
            connection.close()
        assert until(lambda: still_answers(client))


def test_requests_beyond_the_queue_are_refused(strict):
    """One runs and one waits; a third gets 503, and by gRPC UNAVAILABLE."""
    body = {"signature_name": "slow", "instances": [1.0]}
    answers = []

    def ask():
        answers.append(strict.http.post(PATH, json=body).status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    third = strict.http.post(PATH, json=body)
    request = predict_request({"image_bytes": [toy.image()]})
    assert refused(StatusCode.UNAVAILABLE, strict.prediction.Predict, request, "2 requests")
    assert strict.http.get("/healthz").status_code == 200
    for thread in threads:
        thread.join()
    assert third.status_code == 503 and third.headers["Retry-After"] == "1"
    assert "2 requests" in third.json()["error"]
    assert answers == [200, 200]


def test_a_message_that_is_too_large_is_refused(strict):
    """RESOURCE_EXHAUSTED, from gRPC itself."""
    request = predict_request({"image_bytes": [b"a" * 65 * KIB]})
    assert refused(StatusCode.RESOURCE_EXHAUSTED, strict.prediction.Predict, request)


def png_bomb(width, height):
    """Returns a PNG that says it has this size, and nearly nothing in it."""

    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def image_of(width, height, kind):
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, kind)
    return file.getvalue()


BOMBS = [png_bomb(50_000, 50_000), *(image_of(101, 100, kind) for kind in ("PNG", "JPEG", "GIF"))]


@pytest.mark.parametrize("file", BOMBS, ids=["bomb", "png", "jpeg", "gif"])
def test_an_image_that_is_too_large_is_refused_before_it_is_decoded(strict, file):
    """400 and INVALID_ARGUMENT; also where it hides in a tf.Example."""
    example = toy.example(file).SerializeToString()
    for signature, value in (("predict", file), ("serving_default", example)):
        body = {"signature_name": signature, "instances": [b64(value)]}
        answer = strict.http.post(PATH, json=body)
        assert answer.status_code == 400 and "pixels" in answer.json()["error"]
    request = predict_request({"image_bytes": [file]})
    assert refused(StatusCode.INVALID_ARGUMENT, strict.prediction.Predict, request, "pixels")
    request = of_examples(ClassificationRequest, "classify", [file])
    assert refused(StatusCode.INVALID_ARGUMENT, strict.prediction.Classify, request, "pixels")


def test_images_that_are_too_large_together_are_refused(strict):
    """Each may be as large as it may, but not all."""
    file = image_of(100, 100, "PNG")
    body = {"signature_name": "predict", "instances": [b64(file)] * 2}
    assert strict.http.post(PATH, json=body).status_code == 200
    body["instances"] *= 2
    answer = strict.http.post(PATH, json=body)
    assert answer.status_code == 400 and "40,000 pixels together" in answer.json()["error"]


def test_a_tensor_that_says_it_is_huge_is_refused(strict):
    """A value that is given once stands for as many as the shape says."""
    request = predict_request({"values": [[1.0, 1.0, 1.0]]}, "alone")
    proto = request.inputs["values"]
    proto.ClearField("tensor_content")
    proto.float_val[:] = [1]
    proto.tensor_shape.dim[1].size = 1 << 40
    assert refused(StatusCode.INVALID_ARGUMENT, strict.prediction.Predict, request, "larger")
    request = predict_request({"image_bytes": [b"a"]})
    request.inputs["image_bytes"].tensor_shape.dim[0].size = 1 << 40
    assert refused(StatusCode.INVALID_ARGUMENT, strict.prediction.Predict, request, "strings")


def test_what_is_no_http_is_refused(strict):
    """400, and nothing is written about it."""
    assert exchange(strict, "\0\1\2\r\n\r\n").startswith("HTTP/1.1 400 ")
    head = "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
    assert exchange(strict, POST, head).startswith("HTTP/1.1 400 ")


def test_requests_in_a_row_are_answered_in_order(strict):
    """A client need not wait for an answer before it asks again."""
    one, other = "GET /healthz HTTP/1.1\r\n\r\n", "GET /none HTTP/1.1\r\nConnection: close\r\n\r\n"
    answer = exchange(strict, one + one + other)
    assert [line.split()[1] for line in answer.splitlines() if line.startswith("HTTP")] == [
        "200",
        "200",
        "404",
    ]


def test_head_has_no_body(strict):
    """But the length of one."""
    answer = exchange(strict, "HEAD /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 ") and answer.endswith("\r\n\r\n")
    assert "Content-Length: 3\r\n" in answer


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/monitoring/prometheus/metrics"])
def test_only_models_are_posted_to(strict, path):
    """405 for what can only be looked at."""
    assert strict.http.post(path, content="a").status_code == 405


def test_a_client_that_leaves_harms_nobody(strict):
    """By gRPC its request is given up, and what it held is free again."""
    request = predict_request({"seconds": [0.5]}, "slow")
    with pytest.raises(grpc.RpcError) as caught:
        strict.prediction.Predict(request, timeout=0.1)
    assert caught.value.code() is StatusCode.DEADLINE_EXCEEDED
    body = json.dumps({"signature_name": "slow", "instances": [0.5]})
    with connect(strict) as connection:
        connection.sendall(f"{POST}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    assert until(lambda: still_answers(strict))
