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

INGEST_REPORT = "ingest_report.json"
