"""Images the way of TFX's MNIST example (tfx/examples/mnist), for `ingest.py` to measure."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from PIL import Image
from tfx.components import (
    ExampleValidator,
    ImportExampleGen,
    SchemaGen,
    StatisticsGen,
    Transform,
)
from tfx.orchestration.pipeline import Pipeline

from pipeline.home import Home, data_path
from pipeline.task import Task

IMAGE, LABEL = "image_floats", "image_class"
RECORDS_A_FILE = 10_000


def write_records(task: Task, folder: Path) -> None:
    """Writes the pixels of all images, from -0.5 to 0.5, and their classes' numbers."""
    folder.mkdir(parents=True)
    files = [path for path in data_path(task.data.path).rglob("*") if path.is_file()]
    classes = sorted({path.parent.name for path in files})
    size = (task.features.width, task.features.height)
    for start in range(0, len(files), RECORDS_A_FILE):
        with tf.io.TFRecordWriter(str(folder / f"images-{start}.tfrecord")) as writer:
            for path in files[start : start + RECORDS_A_FILE]:
                mode = "L" if task.features.channels == 1 else "RGB"
                with Image.open(path) as image:
                    pixels = np.asarray(image.convert(mode).resize(size), np.float32)
                floats = tf.train.FloatList(value=(pixels / 255 - 0.5).ravel())
                number = tf.train.Int64List(value=[classes.index(path.parent.name)])
                features = {
                    IMAGE: tf.train.Feature(float_list=floats),
                    LABEL: tf.train.Feature(int64_list=number),
                }
                example = tf.train.Example(features=tf.train.Features(feature=features))
                writer.write(example.SerializeToString())


def scale_pixels(inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """Scales by the extremes of all pixels; Transform's `preprocessing_fn`."""
    scaled = tft.scale_by_min_max(inputs[IMAGE], -0.5, 0.5)
    return {f"{IMAGE}_xf": scaled, f"{LABEL}_xf": inputs[LABEL]}


def create_stock_pipeline(home: Home, records: Path, beam_pipeline_args: list[str]) -> Pipeline:
    """Wires the example's DAG up to Transform, all with the defaults that it takes."""
    example_gen = ImportExampleGen(input_base=str(records)).with_id("ExampleGen")
    examples = example_gen.outputs["examples"]
    statistics_gen = StatisticsGen(examples=examples)
    statistics = statistics_gen.outputs["statistics"]
    schema_gen = SchemaGen(statistics=statistics, infer_feature_shape=True)
    schema = schema_gen.outputs["schema"]
    example_validator = ExampleValidator(statistics=statistics, schema=schema)
    transform = Transform(
        examples=examples,
        schema=schema,
        # This module is found because the program's file lies beside it.
        preprocessing_fn="_stock_tfx.scale_pixels",
    )
    return Pipeline(
        pipeline_name=home.task,
        pipeline_root=str(home.artifacts),
        components=[example_gen, statistics_gen, schema_gen, example_validator, transform],
        enable_cache=True,
        metadata_connection_config=home.metadata.connection(),
        beam_pipeline_args=beam_pipeline_args,
    )
