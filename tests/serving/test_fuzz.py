"""Whatever clients send, the server answers, blames them, and goes on."""

import base64
import json
import random
import socket
import string

import grpc
import pytest
import tensorflow as tf
from grpc import StatusCode
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from tests.serving import toy
from tests.serving.process import program

NAMES = [*toy.SIGNATURES, "__saved_model_init_op", "none", "", "\ud800", 3, None]
INPUTS = ["image_bytes", "examples", "inputs", "text", "numbers", "count", "flag", "values", "b64"]
KEYS = ["instances", "inputs", "examples", "context", "signature_name", "more"]
PATHS = [
    "/v1/models/toy:predict",
    "/v1/models/toy/versions/1:predict",
    "/v1/models/toy/labels/stable:predict",
    "/v1/models/toy:classify",
    "/v1/models/toy:regress",
]
BLAMED = {
    StatusCode.OK,
    StatusCode.INVALID_ARGUMENT,
    StatusCode.NOT_FOUND,
    StatusCode.FAILED_PRECONDITION,
    StatusCode.UNIMPLEMENTED,
    StatusCode.OUT_OF_RANGE,
    StatusCode.RESOURCE_EXHAUSTED,
    StatusCode.UNAVAILABLE,
}
METHODS = {
    "PredictionService/Predict": PredictRequest,
    "PredictionService/Classify": ClassificationRequest,
    "PredictionService/Regress": RegressionRequest,
    "PredictionService/MultiInference": MultiInferenceRequest,
    "PredictionService/GetModelMetadata": GetModelMetadataRequest,
    "ModelService/GetModelStatus": GetModelStatusRequest,
}


def files(chance):
    kind = chance.choice(["PNG", "JPEG", "GIF", "BMP"])
    return damaged(chance, toy.image(chance.randrange(256), kind=kind), chance.choice([0, 0, 1, 3]))


def damaged(chance, content, times):
    content = bytearray(content)
    for _ in range(times):
        place = chance.randrange(len(content) + 1)
        match chance.randrange(3):
            case 0:
                del content[place : place + chance.randrange(9)]
            case 1:
                content[place:place] = chance.randbytes(chance.randrange(9))
            case _:
                content[place : place + 1] = chance.randbytes(1)
    return bytes(content)


def value(chance, depth=0):
    """Returns anything that JSON can hold, and much that a model can take."""
    if depth < 3 and chance.random() < 0.4:
        if chance.random() < 0.5:
            return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
        return {
            chance.choice(INPUTS + KEYS): value(chance, depth + 1)
            for _ in range(chance.randrange(4))
        }
    match chance.randrange(9):
        case 0:
            return chance.choice([True, False, None])
        case 1:
            return chance.choice([0, -1, 1, 2**31, 2**63, -(2**63), 10**400])
        case 2:
            return chance.choice([0.5, -0.0, 1e308, float("nan"), float("inf"), 1e-320])
        case 3:
            return "".join(chance.choices(string.printable + "ä\0\ud800\U0001f600", k=5))
        case 4:
            return {"b64": chance.choice(["?", "", "A", "====", 3])}
        case 5:
            return {
                "b64": base64.b64encode(toy.example(files(chance)).SerializeToString()).decode()
            }
        case 6:
            return [[0.5, 1.5, 2.5]]
        case _:
            return {"b64": base64.b64encode(files(chance)).decode()}


def document(chance):
    if chance.random() < 0.1:
        return value(chance)
    found = {"signature_name": chance.choice(NAMES)} if chance.random() < 0.8 else {}
    for _ in range(chance.choice([1, 1, 1, 2])):
        several = [value(chance) for _ in range(chance.randrange(4))]
        found[chance.choice(KEYS)] = chance.choice([several, several, value(chance)])
    return found


def rest(client, chance):
    """Asks something by REST, and returns whether the server is to blame for its answer."""
    content = json.dumps(document(chance)).encode()
    if chance.random() < 0.2:
        content = damaged(chance, content, 3)
    path = chance.choice(PATHS)
    if chance.random() < 0.1:
        path = "/v1/" + "".join(chance.choices("/v1modelstoy:predict%0a?#", k=12))
    answer = client.http.request(chance.choice(["POST"] * 9 + ["GET"]), path, content=content)
    return answer.status_code >= 500 and answer.status_code != 503 and (path, content, answer.text)


def raw(client, chance):
    """Sends what is perhaps HTTP, and returns whether the server is to blame for its answer."""
    body = json.dumps(document(chance)).encode()
    head = f"POST {chance.choice(PATHS)} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
    content = damaged(chance, head.encode(), chance.randrange(4)) + body
    with socket.create_connection(client.address, timeout=60) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(65536)
        except ConnectionResetError:
            return None
    return answer.startswith(b"HTTP/1.1 5") and answer[9:12] != b"503" and (content, answer)


def message(chance, kind, depth=0):
    """Returns a message with fields at random, often such as can be served."""
    found = kind()
    for field in kind.DESCRIPTOR.fields:
        if depth > 4 or chance.random() < 0.2:
            continue
        if field.message_type and field.message_type.GetOptions().map_entry:
            if field.name == "inputs":
                for name in chance.sample(INPUTS, chance.choice([0, 1, 1, 1, 4])):
                    found.inputs[name].CopyFrom(tensor(chance))
            elif field.name == "feature":
                for name in chance.sample(["image", "more", ""], chance.randrange(3)):
                    values = [files(chance) for _ in range(chance.choice([0, 1, 1, 2]))]
                    found.feature[name].bytes_list.value.extend(values)
            continue
        many = field.label == field.LABEL_REPEATED
        for _ in range(chance.randrange(3) if many else 1):
            if field.message_type:
                inner = message(chance, field.message_type._concrete_class, depth + 1)
                if many:
                    getattr(found, field.name).append(inner)
                else:
                    getattr(found, field.name).CopyFrom(inner)
            elif field.cpp_type == field.CPPTYPE_STRING and field.type != field.TYPE_BYTES:
                text = chance.choice(["toy", *NAMES[:-3], "stable", "signature_def"])
                if field.name == "method_name":
                    text = "tensorflow/serving/" + chance.choice(["classify", "regress", "predict"])
                if many:
                    getattr(found, field.name).append(text)
                else:
                    setattr(found, field.name, text)
            elif field.name == "value" and not many:
                found.value = chance.choice([1, 2, 3, 2**31 - 1])
    if hasattr(found, "model_spec") and chance.random() < 0.8:
        found.model_spec.name = "toy"
    return found


def tensor(chance):
    values = chance.choice(
        [
            [files(chance)],
            [files(chance), b"no image"],
            [toy.example(files(chance)).SerializeToString()],
            [[0.5, 1.5, 2.5]],
            [[0.5, float("nan")]],
            [1, 2],
            [True],
            b"",
        ]
    )
    proto = tf.make_tensor_proto(values)
    if chance.random() < 0.3:
        proto.tensor_shape.dim.add(size=chance.choice([0, 1, 3, -1, 1 << 40]))
    if chance.random() < 0.1:
        proto.tensor_shape.unknown_rank = True
    if chance.random() < 0.2:
        proto.dtype = chance.choice([0, 1, 3, 7, 9, 14, 20, 21, 101, 9999])
    if chance.random() < 0.1:
        proto.tensor_content = chance.randbytes(chance.randrange(30))
    return proto


def rpc(client, chance):
    """Asks something by gRPC, and returns whether the server is to blame for its answer."""
    method = chance.choice(sorted(METHODS))
    content = message(chance, METHODS[method]).SerializeToString()
    if chance.random() < 0.2:
        content = damaged(chance, content, 3)
    try:
        client.channel.unary_unary(f"/tensorflow.serving.{method}")(content, timeout=60)
    except grpc.RpcError as error:
        if error.code() not in BLAMED:
            return method, content, error
    return None


def blame(client, ask, seed, count):
    chance = random.Random(seed)
    faults = [fault for fault in (ask(client, chance) for _ in range(count)) if fault]
    assert not faults, (len(faults), faults[0])


@pytest.mark.parametrize("ask", [rest, raw, rpc])
def test_a_few_hundred_requests(server, ask):
    """The answer is never the server's fault."""
    blame(server, ask, 0, 400)


@pytest.mark.e2e
@pytest.mark.parametrize("batching", [[], ["--enable_batching"]], ids=["alone", "batched"])
def test_ten_thousand_requests(toys, batching):
    """It neither breaks nor grows."""
    with program(toys / "models.config", *batching) as running:
        for ask in (rest, raw, rpc):
            blame(running.client, ask, 1, 1_000)
        before = running.memory
        for seed in (2, 3, 4):
            for ask in (rest, raw, rpc):
                blame(running.client, ask, seed, 1_000)
        assert running.memory < 1.1 * before
        assert "Traceback" not in running.said
        assert running.stop() == 0
