"""The machine on which latencies are measured."""

import os
import platform
from pathlib import Path

import tensorflow as tf

from components.tflite_rewriter.report import Machine


def machine() -> Machine:
    """Returns what is known of this machine."""
    return Machine(_processor(), os.cpu_count() or 1, tf.__version__)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
