import pytest

from components.errors import InputError
from pipeline.serving_config.options import RequestLog, Serving
from pipeline.serving_config.quantity import amount
from pipeline.serving_config.storage import Claim, NodeFolder, ObjectStore, storage


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"image": "tensorflow/serving"}, "Serving.image = 'tensorflow/serving': says no version"),
        ({"image": "tensorflow/serving:latest"}, "says no version"),
        ({"image": "registry:5000/serving"}, "says no version"),
        ({"models": "ftp://host/models"}, "Serving.models = .*valid: gs://BUCKET/PATH"),
        ({"models": "runs/digits/serving"}, "Serving.models = "),
        ({"models": "pvc://claim/../other"}, "Serving.models = "),
        ({"replicas": 0}, "Serving.replicas = 0"),
        ({"replicas": 3, "max_replicas": 2}, "max_replicas = 2 must be at least replicas = 3"),
        ({"canary_percent": 100}, "Serving.canary_percent = 100"),
        ({"s3_endpoint": "minio:9000", "models": "s3://m"}, "Serving.s3_endpoint = .*valid: http"),
        ({"s3_endpoint": "https://minio"}, "s3_endpoint is of s3://"),
        ({"cpus": 2}, "Serving.cpus: no such field; did you mean 'cpu'"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(fields, complaint):
    with pytest.raises(InputError, match=complaint):
        Serving(**fields)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "RequestLog.share: this field is required"),
        ({"share": 0.0}, "RequestLog.share = 0.0"),
        ({"share": 1.5}, "RequestLog.share = 1.5"),
        ({"share": 0.1, "max_mib": 0}, "RequestLog.max_mib = 0"),
        ({"share": 0.1, "redact": "a function"}, "RequestLog.redact = 'a function'"),
        ({"share": 0.1, "collector": "kafka"}, "collector and collector_prefix go together"),
    ],
)
def test_a_log_of_requests_that_cannot_be_meant_is_refused(fields, complaint):
    with pytest.raises(InputError, match=complaint):
        RequestLog(**fields)


def test_images_may_be_named_by_digest():
    image = "registry:5000/serving@sha256:" + 64 * "0"
    assert Serving(image=image).image == image


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("gs://bucket/models/pets/", ObjectStore("gs", "bucket", "models/pets")),
        ("s3://my.bucket", ObjectStore("s3", "my.bucket", "")),
        ("pvc://claim/models", Claim("claim", "models")),
        ("pvc://claim", Claim("claim", "")),
        ("/srv/models/pets", NodeFolder("/srv/models/pets")),
    ],
)
def test_places_are_read(address, place):
    assert storage(address) == place


def test_a_version_has_an_address():
    assert storage("s3://bucket").uri(3) == "s3://bucket/3"
    assert storage("pvc://claim/models").uri(3) == "pvc://claim/models/3"


@pytest.mark.parametrize(
    ("text", "number"),
    [("500m", 0.5), ("2", 2), (1, 1), ("2Gi", 2 * 2**30), ("1.5k", 1500), ("10Mi", 10 * 2**20)],
)
def test_quantities_are_those_of_kubernetes(text, number):
    assert amount(text) == number


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1GB", "-1"])
def test_other_quantities_are_refused(text):
    with pytest.raises(ValueError, match="no quantity"):
        amount(text)
