import pytest

from components.errors import InputError
from pipeline.options.serving import RequestLog, Serving


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
