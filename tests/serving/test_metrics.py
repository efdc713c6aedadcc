"""Metrics are printed as TensorFlow Serving prints them."""

from pipeline.serving_config.metrics import COUNTERS, HISTOGRAMS
from serving.metrics import Counter, Histogram, Metrics


def test_a_counter():
    """Slashes become colons, and what Prometheus reads otherwise is escaped."""
    counter = Counter("/test/path/total", "name")
    assert list(counter.lines()) == []
    counter.add('"abc\\"', count=2)
    assert list(counter.lines()) == [
        "# TYPE :test:path:total counter",
        ':test:path:total{name="\\"abc\\\\\\""} 2',
    ]


def test_a_histogram():
    """Buckets are cumulative; a bound belongs to the next bucket."""
    histogram = Histogram("/test/path/histogram", 1, 2, 4, "status")
    for size in (2, 5, 200):
        histogram.add("good", size=size)
    assert list(histogram.lines()) == [
        "# TYPE :test:path:histogram histogram",
        ':test:path:histogram_bucket{status="good",le="1"} 0',
        ':test:path:histogram_bucket{status="good",le="2"} 0',
        ':test:path:histogram_bucket{status="good",le="4"} 1',
        ':test:path:histogram_bucket{status="good",le="8"} 2',
        ':test:path:histogram_bucket{status="good",le="+Inf"} 3',
        ':test:path:histogram_sum{status="good"} 207',
        ':test:path:histogram_count{status="good"} 3',
    ]


def test_names_without_labels():
    """The braces are there nevertheless."""
    metrics = Metrics()
    metrics.wrapped_run_count.add()
    name = ":tensorflow:serving:batching_session:wrapped_run_count"
    assert metrics.page() == f"# TYPE {name} counter\n{name}{{}} 1\n"


def test_clients_cannot_fill_the_memory_with_names(server):
    """Models that are not there are counted as one."""
    for number in range(3):
        server.http.get(f"/v1/models/none-{number}")
    page = server.http.get("/monitoring/prometheus/metrics").text
    assert 'model_name="",status="NOT_FOUND"' in page and "none-" not in page


def test_every_metric_is_one_of_tensorflow_serving_with_its_labels():
    """So that a dashboard of the original shows the stand-in, too."""
    known = {Counter: COUNTERS, Histogram: HISTOGRAMS}
    for metric in vars(Metrics()).values():
        assert {*metric._labels} == known[type(metric)][metric._name]
