"""The word that decides weighs most, however long the text is."""

from collections.abc import Sequence

import numpy as np
import pytest

from components.evaluator.explanations.occlusion import LOOKS, occlusion


class Model:
    """Takes a text for negative where it holds a word; counts how often it is asked."""

    def __init__(self, **negative: float) -> None:
        self._negative = negative
        self.looks = 0

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.looks += len(texts)
        scores = [
            sum(score for word, score in self._negative.items() if word in text.casefold())
            for text in texts
        ]
        return np.array([[score, 1 - score] for score in scores], np.float32)


def long_text(words: int) -> list[str]:
    return [f"word{number}" for number in range(words)]


def test_the_word_that_decides_has_all_the_weight():
    text = "What an awful film, and so long!"
    weights = occlusion(text, Model(awful=0.9), 0)
    assert [word for word, _ in weights] == text.split()
    assert dict(weights)["awful"] == pytest.approx(0.9)
    assert all(weight == 0 for word, weight in weights if word != "awful")


def test_a_word_that_speaks_against_the_class_weighs_less_than_nothing():
    weights = dict(occlusion("awful but lovely", Model(awful=0.9, lovely=-0.4), 0))
    assert weights["awful"] == pytest.approx(0.5 - -0.4)
    assert weights["lovely"] == pytest.approx(0.5 - 0.9)


def test_the_class_that_is_asked_about_decides_on_the_sign():
    weights = dict(occlusion("an awful film", Model(awful=0.9), 1))
    assert weights["awful"] == pytest.approx(-0.9)


def test_a_word_that_is_repeated_is_left_out_everywhere_and_the_weight_is_shared_out():
    weights = occlusion("Awful plot, awful cast, (AWFUL) film", Model(awful=0.9), 0)
    found = [weight for word, weight in weights if "awful" in word.casefold()]
    assert found == pytest.approx([0.3, 0.3, 0.3])


@pytest.mark.parametrize("count", [63, 64, 70, 300, 1_000])
@pytest.mark.parametrize("share", [0.0, 0.41, 0.999])
def test_a_long_text_costs_no_more_looks_and_the_word_is_found(count, share):
    words = long_text(count)
    words[int(share * count)] = "awful"
    model = Model(awful=0.9)
    weights = occlusion(" ".join(words), model, 0)
    assert model.looks <= LOOKS
    assert [word for word, _ in weights] == words
    word, weight = max(weights, key=lambda weighed: weighed[1])
    assert word == "awful"
    assert weight == pytest.approx(0.9)


def test_words_that_no_look_was_left_for_share_what_their_passage_took():
    words = long_text(960)

    def share_left(texts: Sequence[str]) -> np.ndarray:
        share = np.array([len(text.split()) / len(words) for text in texts])
        return np.stack([share, 1 - share], axis=1)

    weights = [weight for _, weight in occlusion(" ".join(words), share_left, 0)]
    assert weights == pytest.approx([1 / 960] * 960)


def test_tags_are_no_part_of_a_word():
    weights = occlusion("so awful<br /><br />awful", Model(awful=0.8), 0)
    assert [word for word, _ in weights] == ["so", "awful", "<br", "/>", "<br", "/>", "awful"]
    assert dict(weights)["awful"] == pytest.approx(0.4)


def test_where_words_have_no_spaces_each_letter_is_one():
    weights = occlusion("这部电影很烂 really", Model(**{"烂": 0.9}), 0)
    assert [word for word, _ in weights] == [*"这部电影很烂", "really"]
    assert max(weights, key=lambda weighed: weighed[1])[0] == "烂"


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_a_text_without_words_has_no_weights(text):
    assert occlusion(text, Model(awful=0.9), 0) == ()
