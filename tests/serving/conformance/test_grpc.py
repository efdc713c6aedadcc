"""What TensorFlow Serving's gRPC promises, of any server that is one or stands in for one."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf.wrappers_pb2 import StringValue, UInt32Value
from grpc import StatusCode
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from tests.serving import toy

FILES = [toy.image(lightness) for lightness in (0, 90, 255)]


def predict_request(inputs, signature="predict", **spec):
    request = PredictRequest()
    named(request.model_spec, signature, **spec)
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return request


def named(spec, signature="", name="toy", version=None, label=None):
    spec.name, spec.signature_name = name, signature
    if version is not None:
        spec.version.value = version
    if label is not None:
        spec.version_label = label


def refused(code, call, request, *words):
    with pytest.raises(grpc.RpcError) as caught:
        call(request, timeout=60)
    assert caught.value.code() is code, caught.value
    for word in words:
        assert word in caught.value.details()
    return True


@pytest.mark.parametrize(
    ("spec", "version"),
    [({}, 2), ({"version": 1}, 1), ({"label": "stable"}, 1), ({"label": "canary"}, 2)],
)
def test_raw_bytes_give_the_probabilities_of_the_saved_model(client, toys, spec, version):
    """Whichever way a version is named; the answer says which one it was."""
    response = client.prediction.Predict(predict_request({"image_bytes": FILES}, **spec))
    expected = toy.probabilities(toys / "toy" / str(version), FILES)
    found = tf.make_ndarray(response.outputs["probabilities"])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert response.model_spec.name == "toy"
    assert response.model_spec.version.value == version
    assert response.model_spec.signature_name == "predict"


def test_values_lie_in_the_field_of_their_type(client):
    """Clients read `float_val` and `string_val`, as TensorFlow Serving's examples do."""
    response = client.prediction.Predict(predict_request({"image_bytes": FILES}))
    assert len(response.outputs["probabilities"].float_val) == 9
    assert response.outputs["label"].string_val[0] == b"dark"


def test_outputs_can_be_chosen(client):
    """Only those that are named come back."""
    request = predict_request({"image_bytes": FILES})
    request.output_filter.append("probability")
    assert set(client.prediction.Predict(request).outputs) == {"probability"}
    request.output_filter.append("probability")
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Predict, request, "duplicate")
    request.output_filter[:] = ["none"]
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Predict, request, "none")


def test_every_type_comes_back_as_it_went(client):
    """Strings, floats, integers of 64 bits and truth values."""
    sent = {
        "text": ["ä".encode(), b"\xff"],
        "numbers": np.array([[0.2, 1e30], [3, 4]], np.float32),
        "count": np.array([2**53 + 1, -1], np.int64),
        "flag": [True, False],
    }
    response = client.prediction.Predict(predict_request(sent, "echo"))
    for name, values in sent.items():
        assert tf.make_ndarray(response.outputs[name]).tolist() == np.array(values).tolist()


def test_the_default_signature_answers_without_a_name(client):
    """It is `serving_default`, and the answer says so."""
    request = predict_request({"examples": [toy.example(FILES[0]).SerializeToString()]}, "")
    response = client.prediction.Predict(request)
    assert response.model_spec.signature_name == "serving_default"


def wrong_inputs():
    fine = {"image_bytes": FILES}
    yield predict_request({}), "image_bytes"
    yield predict_request({**fine, "more": [1]}), "more"
    yield predict_request({"more": FILES}), "more"
    yield predict_request({"image_bytes": [1.0]}), "string"
    yield predict_request({"image_bytes": [FILES]}), ""
    yield predict_request({"image_bytes": FILES[0]}), ""
    yield predict_request({"image_bytes": ["no image"]}), "image"
    for field, value in (("float_val", [1.0]), ("tensor_content", b"123")):
        request = predict_request({"values": np.zeros([1, 3], np.float32)}, "alone")
        proto = request.inputs["values"]
        proto.ClearField("tensor_content")
        proto.tensor_shape.dim[1].size = -3
        if field == "float_val":
            proto.float_val.extend(value)
        else:
            proto.tensor_content = value
        yield request, ""


@pytest.mark.parametrize(("request_", "word"), list(wrong_inputs()))
def test_inputs_that_are_wrong_are_the_clients_mistake(client, request_, word):
    """INVALID_ARGUMENT, whatever is wrong."""
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Predict, request_, word)


def test_what_is_not_there(client):
    """NOT_FOUND for a model or version, FAILED_PRECONDITION for a signature."""
    inputs = {"image_bytes": FILES}
    ask = client.prediction.Predict
    request = predict_request(inputs, name="none")
    assert refused(StatusCode.NOT_FOUND, ask, request, "Latest(none)")
    request = predict_request(inputs, version=3)
    assert refused(StatusCode.NOT_FOUND, ask, request, "Specific(toy, 3)")
    request = predict_request(inputs, label="none")
    assert refused(StatusCode.INVALID_ARGUMENT, ask, request, "Unrecognized", "none")
    request = predict_request(inputs, "none")
    assert refused(StatusCode.FAILED_PRECONDITION, ask, request, 'Serving signature key "none"')
    assert refused(StatusCode.INVALID_ARGUMENT, ask, PredictRequest(), "Missing ModelSpec")
    request = predict_request(inputs, name="")
    assert refused(StatusCode.INVALID_ARGUMENT, ask, request, "no name")


def of_examples(kind, signature, files, **spec):
    request = kind()
    named(request.model_spec, signature, **spec)
    request.input.example_list.examples.extend(map(toy.example, files))
    return request


def test_classify(client, toys):
    """Each example's classes come with their scores."""
    request = of_examples(ClassificationRequest, "classify", FILES, version=1)
    response = client.prediction.Classify(request)
    rows = response.result.classifications
    expected = toy.probabilities(toys / "toy" / "1", FILES)
    scores = [[each.score for each in row.classes] for row in rows]
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert [each.label for each in rows[0].classes] == list(toy.CLASSES)
    assert response.model_spec.version.value == 1


def test_regress_with_a_context(client, toys):
    """What the context holds need not be in the examples."""
    request = RegressionRequest()
    named(request.model_spec, "regress")
    request.input.example_list_with_context.context.CopyFrom(toy.example(FILES[2]))
    request.input.example_list_with_context.examples.add()
    response = client.prediction.Regress(request)
    expected = toy.probabilities(toys / "toy" / "2", FILES[2:])[:, 1]
    values = [each.value for each in response.result.regressions]
    np.testing.assert_allclose(values, expected, atol=1e-5)


@pytest.mark.parametrize("signature", ["", "none", "predict", "echo"])
def test_what_cannot_be_classified_or_regressed(client, signature):
    """A signature must be of the kind."""
    request = of_examples(ClassificationRequest, signature, FILES)
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Classify, request)
    request = of_examples(RegressionRequest, signature, FILES)
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Regress, request)


def test_no_example_is_a_mistake(client):
    """There is nothing to answer."""
    request = of_examples(ClassificationRequest, "classify", [])
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.Classify, request, "empty")


def multi_inference(*tasks):
    request = MultiInferenceRequest()
    request.input.example_list.examples.extend(map(toy.example, FILES))
    for name, signature, method in tasks:
        task = request.tasks.add(method_name=f"tensorflow/serving/{method}")
        named(task.model_spec, signature, name)
    return request


def test_several_signatures_at_once(client):
    """They answer in the order of the tasks, all from one version."""
    request = multi_inference(("toy", "regress", "regress"), ("toy", "classify", "classify"))
    results = client.prediction.MultiInference(request).results
    assert len(results[0].regression_result.regressions) == 3
    assert len(results[1].classification_result.classifications) == 3
    assert {result.model_spec.version.value for result in results} == {2}


@pytest.mark.parametrize(
    ("code", "tasks"),
    [
        (StatusCode.INVALID_ARGUMENT, []),
        (StatusCode.INVALID_ARGUMENT, [("toy", "classify", "classify"), ("none", "a", "regress")]),
        (StatusCode.INVALID_ARGUMENT, 2 * [("toy", "classify", "classify")]),
        (StatusCode.INVALID_ARGUMENT, [("toy", "none", "classify")]),
        (StatusCode.UNIMPLEMENTED, [("toy", "predict", "predict")]),
        (StatusCode.NOT_FOUND, [("none", "classify", "classify")]),
    ],
)
def test_several_signatures_that_do_not_go_together(client, code, tasks):
    """The tasks must be different ones of the same model."""
    assert refused(code, client.prediction.MultiInference, multi_inference(*tasks))


def test_metadata(client):
    """The signatures are there, and the version that has them."""
    request = GetModelMetadataRequest(metadata_field=["signature_def"])
    named(request.model_spec, label="stable")
    response = client.prediction.GetModelMetadata(request)
    assert response.model_spec.version.value == 1
    found = SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(found)
    assert found.signature_def["echo"].inputs["count"].dtype == tf.int64.as_datatype_enum


@pytest.mark.parametrize("fields", [[], ["none"]])
def test_metadata_other_than_signatures(client, fields):
    """There is no other."""
    request = GetModelMetadataRequest(metadata_field=fields)
    named(request.model_spec)
    assert refused(StatusCode.INVALID_ARGUMENT, client.prediction.GetModelMetadata, request)


def test_status(client):
    """All versions, the newest first; or one."""
    request = GetModelStatusRequest()
    named(request.model_spec)
    statuses = client.model.GetModelStatus(request).model_version_status
    assert [status.version for status in statuses] == [2, 1]
    assert {status.state for status in statuses} == {ModelVersionStatus.AVAILABLE}
    assert {status.status.error_code for status in statuses} == {0}
    named(request.model_spec, version=1)
    assert len(client.model.GetModelStatus(request).model_version_status) == 1


def test_status_of_what_is_not_there(client):
    """NOT_FOUND for a model or version."""
    ask = client.model.GetModelStatus
    request = GetModelStatusRequest()
    assert refused(StatusCode.INVALID_ARGUMENT, ask, request, "Missing ModelSpec")
    named(request.model_spec, name="none")
    assert refused(StatusCode.NOT_FOUND, ask, request, "none")
    named(request.model_spec, version=3)
    assert refused(StatusCode.NOT_FOUND, ask, request, "3")


def test_a_reload_that_cannot_be(client):
    """Nothing, or a model of no platform."""
    ask = client.model.HandleReloadConfigRequest
    assert refused(StatusCode.INVALID_ARGUMENT, ask, ReloadConfigRequest())
    request = ReloadConfigRequest()
    request.config.model_config_list.config.add(name="toy")
    assert refused(StatusCode.INVALID_ARGUMENT, ask, request)


def test_health(client):
    """The standard health service says that the server serves, where it is switched on."""
    check = client.channel.unary_unary(
        "/grpc.health.v1.Health/Check", StringValue.SerializeToString, UInt32Value.FromString
    )
    try:
        assert check(StringValue()).value == 1
    except grpc.RpcError as error:
        if error.code() is not StatusCode.UNIMPLEMENTED:
            raise
        pytest.skip("the server runs without --enable_grpc_healthcheck_service")
