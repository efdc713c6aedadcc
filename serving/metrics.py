"""Counters and histograms under TensorFlow Serving's names, for Prometheus.

`/tensorflow/serving/request_count` is printed as `:tensorflow:serving:request_count`.
"""

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator

_INFINITY = float("inf")


class Counter:
    """Counts events, by labels."""

    def __init__(self, name: str, *labels: str) -> None:
        """Takes the name, and the names of the labels."""
        self._name, self._labels = _printed(name), labels
        self._counts: dict[tuple[str, ...], int] = defaultdict(int)

    def add(self, *values: str, count: int = 1) -> None:
        """Counts events under the labels' values."""
        self._counts[values] += count

    def lines(self) -> Iterator[str]:
        """Yields Prometheus's lines."""
        if self._counts:
            yield f"# TYPE {self._name} counter"
        for values, count in self._counts.items():
            yield f"{self._name}{{{_pairs(self._labels, values)}}} {count}"


class Histogram:
    """Counts sizes in buckets that grow by a factor, by labels."""

    def __init__(self, name: str, scale: float, growth: float, buckets: int, *labels: str) -> None:
        """Takes the name, the first bound, the factor, their number, and the labels' names."""
        self._name, self._labels = _printed(name), labels
        self._bounds = [*(scale * growth**power for power in range(buckets)), _INFINITY]
        self._counts: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * (buckets + 1))
        self._sums: dict[tuple[str, ...], float] = defaultdict(float)

    def add(self, *values: str, size: float) -> None:
        """Counts a size under the labels' values."""
        self._counts[values][bisect.bisect_right(self._bounds, size)] += 1
        self._sums[values] += size

    def lines(self) -> Iterator[str]:
        """Yields Prometheus's lines: the buckets are cumulative."""
        if self._counts:
            yield f"# TYPE {self._name} histogram"
        for values, counts in self._counts.items():
            pairs = _pairs(self._labels, values)
            total = 0
            for bound, count in zip(self._bounds, counts, strict=True):
                total += count
                le = "+Inf" if bound == _INFINITY else f"{bound:g}"
                yield f'{self._name}_bucket{{{pairs}{"," if pairs else ""}le="{le}"}} {total}'
            yield f"{self._name}_sum{{{pairs}}} {self._sums[values]:g}"
            yield f"{self._name}_count{{{pairs}}} {total}"


class Metrics:
    """All that is measured. Latencies are in microseconds."""

    def __init__(self) -> None:
        """Everything begins at nothing."""
        microseconds = (10, 1.8, 33)
        self.request_count = Counter("/tensorflow/serving/request_count", "model_name", "status")
        self.request_latency = Histogram(
            *("/tensorflow/serving/request_latency", *microseconds),
            *("model_name", "API", "entrypoint"),
        )
        self.runtime_latency = Histogram(
            *("/tensorflow/serving/runtime_latency", *microseconds),
            *("model_name", "API", "runtime"),
        )
        self.example_count_total = Counter(
            "/tensorflow/serving/request_example_count_total", "model"
        )
        self.example_counts = Histogram(
            "/tensorflow/serving/request_example_counts", 1, 2, 15, "model"
        )
        self.queuing_latency = Histogram(
            "/tensorflow/serving/batching_session/queuing_latency", 100, 1.2, 52, "thread_pool_name"
        )
        self.wrapped_run_count = Counter("/tensorflow/serving/batching_session/wrapped_run_count")
        self.request_log_count = Counter(
            "/tensorflow/serving/request_log_count", "model_name", "status_code"
        )
        self.load_attempt_count = Counter(
            "/tensorflow/cc/saved_model/load_attempt_count", "model_path", "status"
        )
        self.load_latency = Counter("/tensorflow/cc/saved_model/load_latency", "model_path")
        self.model_warmup_latency = Histogram(
            "/tensorflow/serving/model_warmup_latency", *microseconds, "model_path", "status"
        )

    def page(self) -> str:
        """Returns what Prometheus reads."""
        return "".join(f"{line}\n" for metric in vars(self).values() for line in metric.lines())


def _printed(name: str) -> str:
    return re.sub(r"\W", ":", name, flags=re.ASCII)


def _pairs(labels: tuple[str, ...], values: tuple[str, ...]) -> str:
    escaped = (value.replace("\\", r"\\").replace('"', r"\"") for value in values)
    return ",".join(
        f'{label}="{value}"' for label, value in zip(labels, escaped, strict=True)
    ).replace("\n", r"\n")
