"""Answers by REST are equal to a SavedModel's own, or counted as different."""

import numpy as np
import pytest

from pipeline.releases.answers import as_json, equal_answers

OWN = {
    "label": np.array([b"cat", b"d\xc3\xb6g"], object),
    "probabilities": np.array([[0.25, 0.75], [0.5, 0.5]], np.float32),
    "count": np.array([1, 2], np.int64),
}
SERVED = {
    "label": ["cat", "dög"],
    "probabilities": [[0.25, 0.75], [0.500009, 0.499991]],
    "count": [1, 2],
}


def test_equal_is_equal_to_the_tolerance():
    assert equal_answers(OWN, SERVED) == (2, 2)


@pytest.mark.parametrize(
    ("changed", "equal"),
    [
        ({"probabilities": [[0.25, 0.75], [0.50002, 0.49998]]}, 1),
        ({"probabilities": [[float("nan"), 0.75], [0.5, 0.5]]}, 1),
        ({"label": ["dog", "dög"]}, 1),
        ({"count": [1, 3]}, 1),
        ({"count": [1, None]}, 1),
        ({"count": [1]}, 0),
        ({"probabilities": [[0.25, 0.75]]}, 0),
        ({"probabilities": [[0.25, 0.75], [0.5]]}, 0),
        ({"probabilities": "much"}, 0),
        ({"more": [1, 2]}, 0),
    ],
)
def test_what_differs_is_counted_by_example(changed, equal):
    assert equal_answers(OWN, SERVED | changed) == (equal, 2)


def test_no_answer_is_none():
    assert equal_answers(OWN, None) == (0, 2)


def test_an_output_alone_goes_without_its_name():
    own = {"probabilities": OWN["probabilities"]}
    assert equal_answers(own, SERVED["probabilities"]) == (2, 2)
    assert equal_answers(own, {"probabilities": SERVED["probabilities"]}) == (2, 2)


def test_bytes_are_base64_where_rest_has_them_so():
    own = {"file_bytes": np.array([b"\xff"], object), "file": np.array([b"a"], object)}
    assert equal_answers(own, {"file_bytes": [{"b64": "/w=="}], "file": ["a"]}) == (1, 1)
    assert as_json(own["file_bytes"]) == [{"b64": "/w=="}]
    assert as_json(np.array([[1.5, 2]], np.float32)) == [[1.5, 2.0]]
