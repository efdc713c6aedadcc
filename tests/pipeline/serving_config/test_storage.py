import pytest

from pipeline.serving_config.storage import Claim, NodeFolder, ObjectStore, storage


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
