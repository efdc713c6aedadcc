"""The image model on a GPU: half precision against float32, and CIFAR-10 to its best.

It needs Keras, on any backend, and NumPy; nothing else of the pipeline's stack. Where the data are
laid out, pack them into one file; take that and this checkout to the machine with the GPU:

    .venv/bin/python benchmarks/gpu_training.py --pack cifar10.npz
    PYTHONPATH=. python benchmarks/gpu_training.py cifar10.npz

The model, its optimizer and its augmentation are those that the pipeline trains with. Without
arguments it says how it is used.
"""

import argparse
import json
import math
import statistics
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from components.trainer.augmentation import CHANCES, augment
from components.trainer.models import residual_cnn
from components.trainer.optimizer import make_optimizer

PROJECT = Path(__file__).resolve().parent.parent
SPLITS = ("train", "test")
CHANGES = {
    "flip": True,
    "shift": 0.125,
    "rotation": 0.0,
    "zoom": 0.0,
    "contrast": 0.2,
    "cutout": 0.25,
}
SPEED_BOUND, ACCURACY_BOUND = 1.8, 0.94


def pack(folder: Path, file: Path) -> None:
    """Writes the images of `folder/{train,test}/<class>/` into one file of arrays.

    Args:
      folder: where `make data` laid them out; all of one size.
      file: `<split>_images` uint8 [n, height, width, 3] and `<split>_labels` int64 [n].
    """
    from PIL import Image

    arrays = {}
    classes = sorted(path.name for path in (folder / "train").iterdir())
    for split in SPLITS:
        paths = sorted((folder / split).glob("*/*"))
        arrays[f"{split}_images"] = np.stack([np.asarray(Image.open(path)) for path in paths])
        arrays[f"{split}_labels"] = np.array([classes.index(path.parent.name) for path in paths])
    np.savez(file, **arrays)


def read(file: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Returns standardised float32 images and one-hot float32 labels by split."""
    with np.load(file) as arrays:
        images = arrays["train_images"]
        mean, deviation = (f(images / 255, axis=(0, 1, 2)) for f in (np.mean, np.std))
        classes = int(arrays["train_labels"].max()) + 1
        return {
            split: (
                ((arrays[f"{split}_images"] / 255 - mean) / deviation).astype(np.float32),
                np.eye(classes, dtype=np.float32)[arrays[f"{split}_labels"]],
            )
            for split in SPLITS
        }


class Batches(keras.utils.PyDataset):
    """Whole batches of changed images, shuffled anew each epoch."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int) -> None:
        super().__init__()
        self._images, self._labels, self._batch_size = images, labels, batch_size
        self._numbers = np.random.default_rng(1)
        self.on_epoch_end()

    def __len__(self) -> int:
        return len(self._images) // self._batch_size

    def __getitem__(self, number: int) -> tuple[Any, np.ndarray]:
        chosen = self._order[number * self._batch_size :][: self._batch_size]
        chances = self._numbers.uniform(-1, 1, (len(chosen), CHANCES)).astype(np.float32)
        return augment(self._images[chosen], chances, **CHANGES), self._labels[chosen]

    def on_epoch_end(self) -> None:
        self._order = self._numbers.permutation(len(self._images))


def build(
    policy: str, images: np.ndarray, labels: np.ndarray, options: dict[str, Any], **optimizer: Any
) -> keras.Model:
    """Builds and compiles the model under a dtype policy."""
    keras.config.set_dtype_policy(policy)
    model = residual_cnn.build(images.shape[1:], labels.shape[1], **options)
    keras.config.set_dtype_policy("float32")
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(make_optimizer(**optimizer), loss, metrics=["accuracy"])
    return model


def images_per_second(model: keras.Model, images: Any, labels: Any, steps: int) -> float:
    """Trains on one batch again and again, and waits for the last step to be done."""
    began = time.perf_counter()
    for _ in range(steps):
        # The loss is a number in Python, so every step is waited for.
        model.train_on_batch(images, labels)
    return steps * len(images) / (time.perf_counter() - began)


def compare(
    images: np.ndarray,
    labels: np.ndarray,
    options: dict[str, Any],
    policies: list[str],
    steps: int,
    rounds: int,
) -> dict[str, float]:
    """Returns the median images per second of each policy, timed in turn."""
    optimizer = {"learning_rate": 1e-3, "weight_decay": 0, "steps": 1}
    models = {policy: build(policy, images, labels, options, **optimizer) for policy in policies}
    batch = keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(labels)
    speeds: dict[str, list[float]] = {policy: [] for policy in policies}
    for model in models.values():
        images_per_second(model, *batch, 2)
    for _ in range(rounds):
        for policy, model in models.items():
            speeds[policy].append(images_per_second(model, *batch, steps))
    return {policy: statistics.median(values) for policy, values in speeds.items()}


def train(
    data: dict[str, tuple[np.ndarray, np.ndarray]],
    options: dict[str, Any],
    policy: str,
    epochs: int,
    batch_size: int,
) -> dict[str, float]:
    """Trains once; returns the accuracy on the test split, and the seconds of training."""
    images, labels = data["train"]
    keras.utils.set_random_seed(1)
    batches = Batches(images, labels, batch_size)
    model = build(
        policy,
        images,
        labels,
        options,
        optimizer="sgd",
        learning_rate=0.1 * math.sqrt(batch_size / 128),
        weight_decay=5e-3,
        steps=epochs * len(batches),
        warmup_share=0.1,
    )
    began = time.perf_counter()
    model.fit(batches, epochs=epochs, verbose=2)
    seconds = time.perf_counter() - began
    _, accuracy = model.evaluate(*data["test"], batch_size=batch_size, verbose=0)
    return {"accuracy": accuracy, "seconds": seconds, "parameters": model.count_params()}


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, help="the file of arrays")
    parser.add_argument("--pack", type=Path, metavar="FILE", help="write that file, and stop")
    parser.add_argument("--images", type=Path, default=PROJECT / "data/made/cifar10")
    parser.add_argument("--precision", default="mixed_float16", help="held against float32")
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=50, help="steps a timing")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each, in turn")
    parser.add_argument(
        "--options", type=json.loads, default=residual_cnn.LARGEST, help="of the model, as JSON"
    )
    parser.add_argument("--epochs", type=int, default=60, help="of the training; 0 leaves it out")
    arguments = parser.parse_args()
    if arguments.pack:
        pack(arguments.images, arguments.pack)
        return
    if arguments.data is None:
        parser.print_help()
        print(json.dumps({"benchmark": "gpu_training", "skipped": "no file of arrays"}))
        return
    data = read(arguments.data)
    images, labels = (values[: arguments.batch_size] for values in data["train"])
    policies = ["float32", arguments.precision]
    speeds = compare(images, labels, arguments.options, policies, arguments.steps, arguments.rounds)
    ratio = speeds[arguments.precision] / speeds["float32"]
    print(f"Keras {keras.__version__} on {keras.backend.backend()}, batches of {len(images)}")
    for policy, speed in speeds.items():
        print(f"{policy:<16}{speed:12,.0f} images/s")
    print(f"{'ratio':<16}{ratio:12.2f}  (at least {SPEED_BOUND} on a GPU)")
    result: dict[str, Any] = {
        "benchmark": "gpu_training",
        "backend": keras.backend.backend(),
        "images_per_second": speeds,
        "ratio": ratio,
    }
    if arguments.epochs:
        result["training"] = train(
            data, arguments.options, arguments.precision, arguments.epochs, len(images)
        )
        accuracy, seconds = result["training"]["accuracy"], result["training"]["seconds"]
        print(f"{arguments.epochs} epochs in {seconds:.0f} s: accuracy {accuracy:.4f}", end="  ")
        print(f"(at least {ACCURACY_BOUND} on CIFAR-10)")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
