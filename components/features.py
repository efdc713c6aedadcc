"""Names of the raw features that ingest writes into every `tf.Example`.

The quality features are scalars, so that TFDV's statistics, schema and comparators see something
of an image's pixels and of a text's shape.
"""

IMAGE = "image"
TEXT = "text"
LABEL = "label"
SOURCE = "source"

IMAGE_SIZE_FEATURES = ("width", "height", "bytes")
IMAGE_QUALITY_FEATURES = ("brightness", "contrast", "sharpness")
TEXT_SIZE_FEATURES = ("characters", "words")
TEXT_QUALITY_FEATURES = ("non_ascii_share", "digit_share", "upper_case_share")

_MEASURED = {
    "image": IMAGE_SIZE_FEATURES + IMAGE_QUALITY_FEATURES,
    "text": TEXT_SIZE_FEATURES + TEXT_QUALITY_FEATURES,
}

FINGERPRINT = "input_fingerprint"
"""A custom property of artifacts of ingested examples, and of no others, such as predictions."""
INGEST_REPORT = "ingest_report.json"


def quality_features(kind: str) -> tuple[str, ...]:
    """Returns what ingest measures of each example, by the kind of data, `image` or `text`."""
    return _MEASURED[kind]
