"""What XLA does for a training step on this machine, model by model.

    .venv/bin/python benchmarks/xla.py [--steps N] [--rounds N]

Each model trains on one batch again and again, compiled by XLA and not, in turn; the first step of
each, which compiles, is told apart.
"""

import argparse
import json
import statistics
import time

import keras
import numpy as np

from components.trainer import models, precision
from components.trainer.optimizer import make_optimizer

CASES = {
    "residual_cnn": {"width": 96, "depth": 1, "pooled_stem": True},
    "bilstm": {},
    "text_cnn": {},
    "text_attention": {},
}
BATCH, CLASSES, LENGTH, TOKENS, IMAGE = 128, 10, 200, 20_000, (32, 32, 3)


def build(name: str, jit_compile: bool) -> keras.Model:
    """Builds a model as the Trainer would on this machine, and compiles it."""
    keras.utils.set_random_seed(1)
    is_image = models.architectures()[name].input == "image"
    shape = (IMAGE,) if is_image else (LENGTH, TOKENS)
    with precision.policy(precision.resolve("auto", convolutional=is_image)):
        model = models.load(name)(*shape, CLASSES, **CASES[name])
    model.compile(
        make_optimizer(1e-3, 1e-4, 1000), "categorical_crossentropy", jit_compile=jit_compile
    )
    return model


def batch(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns random input and one-hot labels."""
    numbers = np.random.default_rng(1)
    labels = np.eye(CLASSES, dtype=np.float32)[numbers.integers(0, CLASSES, BATCH)]
    if models.architectures()[name].input == "image":
        return numbers.normal(size=(BATCH, *IMAGE)).astype(np.float32), labels
    return numbers.integers(0, TOKENS, (BATCH, LENGTH)).astype(np.int32), labels


def seconds(model: keras.Model, data: tuple[np.ndarray, np.ndarray], steps: int) -> float:
    """Returns the mean time of a step; each is waited for."""
    began = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(*data)
    return (time.perf_counter() - began) / steps


def measure(name: str, steps: int, rounds: int) -> dict[str, float]:
    """Returns the first step and the median step in seconds, without XLA and with it."""
    data = batch(name)
    ways = {"plain": build(name, False), "xla": build(name, True)}
    found = {f"{way}_first": seconds(model, data, 1) for way, model in ways.items()}
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, model in ways.items():
            times[way].append(seconds(model, data, steps))
    return found | {way: statistics.median(values) for way, values in times.items()}


def main() -> None:
    """Prints a table, then one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=5, help="steps a timing")
    parser.add_argument("--rounds", type=int, default=5, help="timings of each, in turn")
    options = parser.parse_args()
    results = {name: measure(name, options.steps, options.rounds) for name in CASES}
    print(f"{'':<18}{'first step, s':>20}{'step, ms':>20}")
    print(f"{'':<18}{'plain':>10}{'XLA':>10}{'plain':>10}{'XLA':>10}{'ratio':>8}")
    for name, found in results.items():
        first = f"{found['plain_first']:10.1f}{found['xla_first']:10.1f}"
        step = f"{1000 * found['plain']:10.1f}{1000 * found['xla']:10.1f}"
        print(f"{name:<18}{first}{step}{found['xla'] / found['plain']:8.2f}")
    print(json.dumps({"benchmark": "xla", "results": results}))


if __name__ == "__main__":
    main()
