"""Costs add up; the stock way's records hold the pixels as floats."""

from pathlib import Path

import ingest
import numpy as np
import pytest
from PIL import Image

from pipeline.task import ImageData, ImageFeatures, Model, Task

MIB = 2**20


def cost(seconds: float, memory: int, disk: int) -> dict[str, float]:
    return {"seconds": seconds, "memory": memory * MIB, "disk": disk * MIB}


def test_a_total_adds_time_and_disk_and_takes_the_highest_memory() -> None:
    costs = {"a": cost(1, 50, 7), "b": cost(2, 80, 1), "c": cost(100, 100, 100)}
    assert ingest.total(costs, ("a", "b")) == cost(3, 80, 8)


def test_the_table_has_a_line_a_step_and_leaves_out_what_a_way_lacks() -> None:
    ours = dict.fromkeys(ingest.BOUNDED, cost(10, 900, 2))
    stock = {ingest.RECORDS: cost(5, 800, 700)} | dict.fromkeys(ingest.BOUNDED, cost(20, 2000, 300))
    lines = ingest.table({"ours": ours, "stock TFX": stock}).splitlines()
    cells = {line[:22].strip(): line[22:].split() for line in lines[2:]}
    assert cells[ingest.RECORDS] == ["5.0", "800", "700.0"]
    assert cells["Transform"] == ["10.0", "900", "2.0", "20.0", "2000", "300.0"]
    assert cells["the three together"] == ["30.0", "900", "6.0", "60.0", "2000", "900.0"]
    assert cells["all together"][3:] == ["65.0", "2000", "1600.0"]


def test_the_size_on_disk_is_that_of_all_files_below(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/one").write_bytes(bytes(10))
    (tmp_path / "a/b/two").write_bytes(bytes(5))
    assert ingest.disk_bytes(tmp_path) == 15
    assert ingest.disk_bytes(tmp_path / "none") == 0


def test_the_stock_way_writes_every_pixel_as_a_float(tmp_path: Path) -> None:
    """From -0.5 for black to 0.5 for white, and the class as its place among the sorted names."""
    import tensorflow as tf
    from _stock_tfx import IMAGE, LABEL, write_records

    for label, value in (("black", 0), ("white", 255)):
        (tmp_path / "images" / label).mkdir(parents=True)
        image = Image.fromarray(np.full((4, 4, 3), value, np.uint8))
        image.save(tmp_path / "images" / label / "0.png")
    task = Task(
        name="shades",
        data=ImageData(path=str(tmp_path / "images")),
        features=ImageFeatures(height=4, width=4),
        model=Model(name="residual_cnn"),
    )
    write_records(task, tmp_path / "records")
    files = [str(path) for path in (tmp_path / "records").iterdir()]
    found = {}
    for record in tf.data.TFRecordDataset(files).as_numpy_iterator():
        feature = tf.train.Example.FromString(record).features.feature
        found[feature[LABEL].int64_list.value[0]] = list(feature[IMAGE].float_list.value)
    assert found == {0: [-0.5] * 48, 1: [pytest.approx(0.5)] * 48}
