"""What TensorFlow Serving's REST promises, of any server that is one or stands in for one."""

import base64
import json

import numpy as np
import pytest

from tests.serving import toy

TOY = "/v1/models/toy"
ECHOED = {"text": "ä", "numbers": [0.2, -1e30], "count": 9007199254740993, "flag": True}


def b64(value):
    return {"b64": base64.b64encode(value).decode()}


def ask(client, body, where="", verb="predict"):
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.http.post(f"{TOY}{where}:{verb}", content=content)


def predict(client, instances, where=""):
    answer = ask(client, {"signature_name": "predict", "instances": instances}, where)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def error(answer, status, *words):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    message = answer.json()["error"]
    for word in words:
        assert word in message
    return True


def test_status_of_all_versions(client):
    """The newest comes first; numbers of 64 bits are strings, as in all JSON of Protobuf."""
    answer = client.http.get(TOY)
    assert answer.headers["content-type"].startswith("application/json")
    fine = {"state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    statuses = answer.json()["model_version_status"]
    assert statuses == [{"version": "2", **fine}, {"version": "1", **fine}]


@pytest.mark.parametrize("where", ["/versions/1", "/labels/stable"])
def test_status_of_one_version(client, where):
    """A version can be asked for by number; by label, it is at least among the answer."""
    statuses = client.http.get(TOY + where).json()["model_version_status"]
    versions = {status["version"] for status in statuses}
    assert versions == {"1"} if "versions" in where else "1" in versions


def test_status_of_what_is_not_there(client):
    """An unknown model or version is not found."""
    assert error(client.http.get("/v1/models/none"), 404, "none")
    assert error(client.http.get(f"{TOY}/versions/3"), 404, "3", "toy")
    assert error(client.http.get("/v1/models"), 400, "Missing model name")


def test_metadata(client):
    """The signatures are there with the types and shapes of their inputs and outputs."""
    answer = client.http.get(f"{TOY}/labels/canary/metadata").json()
    assert answer["model_spec"] == {"name": "toy", "signature_name": "", "version": "2"}
    signatures = answer["metadata"]["signature_def"]["signature_def"]
    assert set(toy.SIGNATURES) <= signatures.keys()
    numbers = signatures["echo"]["inputs"]["numbers"]
    assert numbers["dtype"] == "DT_FLOAT"
    sizes = [dimension["size"] for dimension in numbers["tensor_shape"]["dim"]]
    assert sizes == ["-1", "2"]
    assert signatures["predict"]["method_name"] == "tensorflow/serving/predict"


def test_metadata_of_what_is_not_there(client):
    """An unknown model or version is not found."""
    assert error(client.http.get("/v1/models/none/metadata"), 404, "none")
    assert error(client.http.get(f"{TOY}/versions/3/metadata"), 404, "toy")


@pytest.mark.parametrize(
    ("where", "version"),
    [("", 2), ("/versions/1", 1), ("/versions/2", 2), ("/labels/stable", 1), ("/labels/canary", 2)],
)
def test_raw_bytes_give_the_probabilities_of_the_saved_model(client, toys, where, version):
    """Whichever way a version is named; without one, the newest answers."""
    files = [toy.image(lightness, kind=kind) for lightness in (0, 90, 255) for kind in FORMATS]
    found = predict(client, [{"image_bytes": b64(file)} for file in files], where)
    expected = toy.probabilities(toys / "toy" / str(version), files)
    np.testing.assert_allclose([row["probabilities"] for row in found], expected, atol=1e-5)
    assert [row["label"] for row in found] == [toy.CLASSES[i] for i in expected.argmax(axis=1)]
    assert all(row["classes"] == list(toy.CLASSES) for row in found)


FORMATS = ("PNG", "JPEG", "GIF", "BMP")


def test_the_four_formats_of_inputs_agree(client):
    """Rows and columns, with and without the name of a single input."""
    value = b64(toy.image())
    rows = [
        predict(client, [{"image_bytes": value}, {"image_bytes": value}]),
        predict(client, [value, value]),
    ]
    assert rows[0] == rows[1]
    for inputs in ([value, value], {"image_bytes": [value, value]}):
        answer = ask(client, {"signature_name": "predict", "inputs": inputs})
        outputs = answer.json()["outputs"]
        assert outputs == {name: [row[name] for row in rows[0]] for name in rows[0][0]}


def test_a_serialized_example_is_taken_by_the_default_signature(client):
    """Without a signature's name, `serving_default` answers."""
    example = toy.example(toy.image()).SerializeToString()
    answer = ask(client, {"instances": [b64(example)]})
    (row,) = answer.json()["predictions"]
    assert row["all_classes"] == list(toy.CLASSES)


def test_every_type_comes_back_as_it_went(client):
    """Floats are short, integers whole, text is text, and outputs named `_bytes` are base64."""
    answer = ask(client, {"signature_name": "echo", "instances": [ECHOED, ECHOED]})
    expected = {**ECHOED, "text_bytes": b64(ECHOED["text"].encode())}
    assert answer.json() == {"predictions": [expected, expected]}
    assert "0.2," in answer.text.replace("\n", "").replace(" ", "")


def test_a_single_output_has_no_name(client):
    """Neither in rows nor in columns."""
    values = {"signature_name": "alone"}
    assert ask(client, {**values, "instances": [[1, 2, 3.5]]}).json() == {"predictions": [6.5]}
    assert ask(client, {**values, "inputs": [[1, 2, 3.5]]}).json() == {"outputs": [6.5]}


def test_base64_may_lack_its_padding(client):
    """As some encoders leave it out."""
    file = toy.image() + b"\0" * (1 - len(toy.image()) % 3)
    assert len(file) % 3 == 1
    short = {"b64": base64.b64encode(file).decode().rstrip("=")}
    assert predict(client, [short])[0]["label"] == "light"


def test_names_are_percent_decoded(client):
    """A name may be written in any way that means the same."""
    body = json.dumps({"signature_name": "predict", "instances": [b64(toy.image())]})
    answer = client.http.post("/v1/models/%74oy/labels/s%74able:predict", content=body)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"\xff\xfe",
        b'{"instances": ' + b"[" * 100_000,
        {},
        {"instances": {}},
        {"instances": []},
        {"instances": 3},
        {"instances": ["a"], "inputs": ["a"]},
        {"signature_name": 3, "instances": ["a"]},
        {"signature_name": "none", "instances": ["a"]},
        {"signature_name": "predict", "instances": [3]},
        {"signature_name": "predict", "instances": [None]},
        {"signature_name": "predict", "instances": [{"b64": "?"}]},
        {"signature_name": "predict", "instances": [{"b64": 3}]},
        {"signature_name": "predict", "instances": [{"image_bytes": "a", "more": "b"}]},
        {"signature_name": "predict", "instances": [{"more": "a"}]},
        {"signature_name": "predict", "instances": [{"image_bytes": "a"}, "a"]},
        {"signature_name": "predict", "instances": [[["a"]]]},
        {"signature_name": "predict", "instances": ["a", ["a"]]},
        {"signature_name": "predict", "instances": ["no image"]},
        {"signature_name": "predict", "inputs": "a"},
        {"signature_name": "predict", "inputs": {"more": ["a"]}},
        {"signature_name": "echo", "instances": ["a"]},
        {"signature_name": "echo", "inputs": ["a"]},
        {"signature_name": "echo", "instances": [{**ECHOED, "count": 0.5}]},
        {"signature_name": "echo", "instances": [{**ECHOED, "count": 2**63}]},
        {"signature_name": "echo", "instances": [{**ECHOED, "flag": 1}]},
        {"signature_name": "echo", "instances": [{**ECHOED, "numbers": ["1", "2"]}]},
        {"signature_name": "echo", "instances": [{**ECHOED, "numbers": [1]}]},
        {"signature_name": "echo", "inputs": {key: [ECHOED[key]] for key in ("text", "flag")}},
        {"instances": ["no example"]},
        {"instances": [b64(b"\n\x03abc")]},
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_request_that_is_wrong_is_the_clients_mistake(client, body):
    """400, with an error in words, whatever is wrong."""
    assert error(ask(client, body), 400)


def test_errors_say_what_is_wrong(client):
    """The signature, the input or the key is named."""
    assert error(ask(client, {"signature_name": "none", "instances": ["a"]}), 400, "none")
    assert error(ask(client, b"{"), 400, "JSON Parse error")
    assert error(ask(client, b""), 400, "empty")
    assert error(ask(client, {}), 400, "'inputs' or 'instances'")
    body = {"signature_name": "echo", "inputs": {"text": ["a"]}}
    assert error(ask(client, body), 400, "Missing named input")


def test_a_model_that_is_not_there(client):
    """404 for a model or a version, 400 for a label."""
    body = json.dumps({"instances": ["a"]})
    answer = client.http.post("/v1/models/none:predict", content=body)
    assert error(answer, 404, "Servable not found for request: Latest(none)")
    answer = ask(client, body, "/versions/3")
    assert error(answer, 404, "Servable not found for request: Specific(toy, 3)")
    answer = ask(client, body, "/labels/none")
    assert error(answer, 400, "Unrecognized servable version label: none")
    assert error(ask(client, body, "/versions/99999999999999999999"), 400, "version")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/models/toy:predict"),
        ("POST", "/v1/models/toy"),
        ("POST", "/v1/models/toy:guess"),
        ("POST", "/v1/models/toy/versions/one:predict"),
        ("POST", "/v1/models/toy/labels/stable/versions/1:predict"),
        ("PUT", "/v1/models/toy:predict"),
        ("DELETE", "/v1/models/toy"),
        ("GET", "/v1/nothing"),
    ],
)
def test_a_malformed_request(client, method, path):
    """400 under /v1/, whatever is wrong with method or path."""
    assert error(client.http.request(method, path), 400, "Malformed request", method, path)


def test_what_is_not_below_v1_is_not_found(client):
    """Another path is answered by 404."""
    assert client.http.get("/v2/models/toy").status_code == 404


def features(lightness):
    return {"image": b64(toy.image(lightness))}


def test_classify(client, toys):
    """Each example's classes come with their scores."""
    body = {"signature_name": "classify", "examples": [features(0), features(255)]}
    results = ask(client, body, verb="classify").json()["results"]
    expected = toy.probabilities(toys / "toy" / "2", [toy.image(0), toy.image(255)])
    assert [[label for label, _ in row] for row in results] == [list(toy.CLASSES)] * 2
    scores = [[score for _, score in row] for row in results]
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_regress(client, toys):
    """Each example has a number."""
    body = {"signature_name": "regress", "examples": [features(0), features(255)]}
    results = ask(client, body, verb="regress").json()["results"]
    expected = toy.probabilities(toys / "toy" / "2", [toy.image(0), toy.image(255)])
    np.testing.assert_allclose(results, expected[:, 1], atol=1e-5)


def test_the_context_belongs_to_all_examples(client):
    """What it holds need not be in the examples."""
    body = {"signature_name": "regress", "context": features(255), "examples": [{}, {}]}
    shared = ask(client, body, verb="regress").json()["results"]
    body = {"signature_name": "regress", "examples": [features(255)]}
    assert shared == 2 * ask(client, body, verb="regress").json()["results"]


@pytest.mark.parametrize("verb", ["classify", "regress"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        {},
        {"examples": []},
        {"examples": {}},
        {"examples": [3]},
        {"examples": [{"image": None}]},
        {"examples": [{"image": [["a"]]}]},
        {"examples": [{"image": ["a", 3]}]},
        {"examples": [{"image": {"b64": "?"}}]},
        {"examples": [{"image": 2**63}]},
        {"examples": [{"image": "no image"}]},
        {"examples": [{}]},
        {"signature_name": "none", "examples": [{}]},
        {"signature_name": "predict", "examples": [{}]},
        {"signature_name": "echo", "examples": [{}]},
    ],
    ids=lambda body: str(body)[:60],
)
def test_what_cannot_be_classified_or_regressed(client, verb, body):
    """400: a body that is wrong, or a signature that does something else."""
    if isinstance(body, dict):
        body = {"signature_name": verb, **body}
    assert error(ask(client, body, verb=verb), 400)


def test_prometheus_reads_the_metrics(client):
    """Requests are counted by model and status, and their latency by method and protocol."""
    predict(client, [b64(toy.image())])
    ask(client, {})
    page = client.http.get("/monitoring/prometheus/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    lines = page.text.splitlines()
    assert "# TYPE :tensorflow:serving:request_count counter" in lines
    assert "# TYPE :tensorflow:serving:request_latency histogram" in lines
    counts = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    count = ':tensorflow:serving:request_count{model_name="toy",status="%s"}'
    assert int(counts[count % "OK"]) >= 1
    assert int(counts[count % "INVALID_ARGUMENT"]) >= 1
    latency = ':tensorflow:serving:request_latency_%s{model_name="toy",API="predict",'
    latency += 'entrypoint="REST"%s}'
    buckets = [counts[latency % ("bucket", f',le="{le}"')] for le in ("10", "18", "+Inf")]
    assert buckets == sorted(buckets, key=int)
    assert buckets[-1] == counts[latency % ("count", "")]
    assert ":tensorflow:serving:runtime_latency_count" in page.text
