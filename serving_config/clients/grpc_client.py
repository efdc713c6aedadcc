"""Asks a served model what a file shows or says, over gRPC, with tensorflow-serving-api.

python serving_config/clients/grpc_client.py 127.0.0.1:8500 digits digit.png [LABEL]
"""

import sys
from pathlib import Path
from typing import Any

import grpc
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)


def predict(address: str, model: str, content: bytes, label: str | None = None) -> dict[str, Any]:
    """Returns the outputs of an image's or text's bytes, and the version that answered.

    Raises:
      grpc.RpcError: the server refuses; its details say why.
    """
    spec = model_pb2.ModelSpec(name=model, version_label=label, signature_name="predict")
    with grpc.insecure_channel(address) as channel:
        service = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = predict_pb2.PredictRequest(model_spec=spec)
        request.inputs[_input_name(service, spec)].CopyFrom(tf.make_tensor_proto([content]))
        response = service.Predict(request, timeout=30)
    outputs = {name: tf.make_ndarray(tensor)[0] for name, tensor in response.outputs.items()}
    return outputs | {"version": response.model_spec.version.value}


def _input_name(
    service: prediction_service_pb2_grpc.PredictionServiceStub, spec: model_pb2.ModelSpec
) -> str:
    """Returns `image_bytes` or `text`; a client of one model just writes it."""
    request = get_model_metadata_pb2.GetModelMetadataRequest(
        model_spec=spec, metadata_field=["signature_def"]
    )
    packed = service.GetModelMetadata(request, timeout=30).metadata["signature_def"]
    signatures = get_model_metadata_pb2.SignatureDefMap()
    packed.Unpack(signatures)
    (name,) = signatures.signature_def["predict"].inputs
    return name


if __name__ == "__main__":
    server, name, file, *asked = sys.argv[1:]
    prediction = predict(server, name, Path(file).read_bytes(), *asked)
    label = prediction["label"].decode()
    print(f"{label} {prediction['probability']:.4f} (version {prediction['version']})")
