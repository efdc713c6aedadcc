"""The page is whole in itself, says what the evaluation says, and lets nothing out of its place."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from components.evaluator.pages import page
from components.evaluator.pages.page import render
from components.evaluator.report import Interval
from tests.components.evaluator.pages.conftest import ATTACK, comparison, mistakes, part, picture
from tests.components.pages.contrast import colours, contrast
from tests.components.pages.parsed import (
    Parsed,
    adds_nothing_to,
    can_be_read_by_all,
    refers_to_nothing_but,
)

ALL = ["blessed", "blocked", "undecided", "first", "perfect", "texts", "hundred", "nasty"]
MINUS = "\N{MINUS SIGN}"


def read(evaluation):
    """Returns the page, and its text in single spaces."""
    parsed = Parsed(render(evaluation))
    return parsed, " ".join(parsed.text.split())


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_whole_in_itself_and_can_be_read_by_all(name, request):
    parsed, text = read(request.getfixturevalue(name))
    refers_to_nothing_but(parsed, "data:")
    can_be_read_by_all(parsed)
    assert not re.search(r"\b(nan|inf)\b|\bNone\b(?! of )", text)


def test_what_a_user_wrote_stays_text(nasty, texts):
    attacked, _ = read(nasty)
    adds_nothing_to(attacked, Parsed(render(texts)))
    assert attacked.level("h1") == [nasty.decision.reason]
    assert "javascript:" not in attacked.html


def test_an_evaluation_is_told_in_order(blessed):
    parsed, text = read(blessed)
    assert parsed.level("h1") == [blessed.decision.reason]
    assert parsed.level("h2") == [
        "Accuracy of the candidate",
        "Candidate minus baseline",
        "Candidate against baseline",
        "Slices, worst first",
        "Classes, worst first",
        "What it takes for what",
        "How far its probabilities can be trusted",
        "Most confident mistakes",
        "Learning curves",
        "How this was computed",
    ]
    assert "Evaluation cifar10 300 images against version 1763801234, in service Blessed" in text


def test_the_numbers_that_decide_stand_on_top(blessed):
    _, text = read(blessed)
    assert "Accuracy of the candidate 85.7% 79.9% to 91.4%; the floor is 70%" in text
    assert (
        f"Candidate minus baseline +1.0 points {MINUS}0.9 to +2.9 points; {MINUS}1.0 is allowed"
    ) in text
    assert "only candidate right 24 only baseline right 21" in text
    assert "About 8,800 examples would nearly always be enough" in text


def test_faults_are_listed_without_the_one_that_is_the_verdict(blocked):
    parsed, text = read(blocked)
    assert "Not blessed" in text
    assert "What else keeps it from being blessed On “dog” it is, too. It may be 1.9" in text
    assert parsed.tags.count("li") == 2 + 5


def test_too_few_examples_come_with_how_many_to_bring(undecided):
    _, text = read(undecided)
    assert "Not enough data Nobody can tell." in text
    assert "What keeps it from being blessed 12 examples would not even" in text
    assert "What to do Evaluate on about 8,800 images" in text
    assert "12 are too few to tell" in text


def test_each_metric_says_which_model_is_better_whichever_way_it_counts(blessed):
    _, text = read(blessed)
    assert "higher is better 85.7% 84.7% candidate by 1 point" in text
    assert "lower is better 3.1% 2.1% baseline by 1 point" in text
    assert "lower is better 0.412 0.412 same" in text


def test_a_metric_that_the_page_does_not_know_is_shown_without_judging(blessed):
    candidate = replace(blessed.candidate, values={"kappa": 0.81234, "auc": 0.9})
    baseline = replace(blessed.baseline_metrics, values={"kappa": 0.7, "auc": 0.8})
    _, text = read(replace(blessed, candidate=candidate, baseline_metrics=baseline))
    assert "higher is better 0.9000 0.8000 candidate by 0.1000 kappa 0.812 0.7 –" in text


def test_a_slice_that_blocks_says_so_in_words(blocked):
    _, text = read(blocked)
    assert "2 of 43 block the candidate" in text
    assert (
        f"cat 100 examples {MINUS}29.0 {MINUS}32.3 to {MINUS}25.7 points; 70.0%, baseline 99.0% "
        f"{blocked.decision.slices[0].fault} < 0.001 blocks"
    ) in text
    assert "kind 0 100 examples" in text and "1.00 passes" in text
    assert "bytes, tiny 2 examples" in text and "– not asked" in text
    assert "31 more slices" in text


def test_no_blocking_slice_is_folded(blocked):
    slices = tuple(part(f"kind {i}", (80, 100, 1, 20), fault="Worse.") for i in range(30))
    decision = replace(blocked.decision, slices=(*slices, *blocked.decision.slices))
    shown = render(replace(blocked, decision=decision)).split("more slices")[0]
    assert shown.count(">Worse.<") == 30


def test_the_first_model_is_held_against_floors_alone(first):
    parsed, text = read(first)
    assert "the first model" in text and "nothing to hold it against but the floor" in text
    assert "Candidate minus baseline" not in text and "only baseline right" not in text
    assert parsed.level("h2")[1] == "The candidate in figures"
    assert "metric candidate Accuracy" in text
    assert "baseline none: the first model" in text
    assert "cat 100 examples 0.0% 0.0% to 10.0%" in text
    assert not re.search(r"dd>ship|baseline</dt><dd>cat", parsed.html)


def test_a_class_that_is_never_predicted_has_a_dash_for_precision_and_comes_first(first):
    _, text = read(first)
    assert "class precision recall F1 cat 100 examples – 0.0% 0.0%" in text


def test_the_baseline_stands_beside_each_class(blessed):
    _, text = read(blessed)
    assert "dog 100 examples 85.0% 85.0% 80.0% 80.0% 82.4% 82.4%" in text


def test_a_small_confusion_matrix_is_shown_whole_and_told_in_words(blessed):
    _, text = read(blessed)
    assert "true ↓ predicted → cat dog ship cat 70 25 5 dog 10 88 2 ship 0 1 99" in text
    assert "Most often" not in text
    assert "In words cat taken for dog 25 of 100, 25.0% dog taken for cat 10 of 100" in text


def test_of_many_classes_the_most_frequent_confusions_are_told(hundred):
    _, text = read(hundred)
    assert "true ↓" not in text
    assert "Most often kind 09 taken for kind 10 9 of 99, 9.1%" in text
    assert "And 60 pairs that are confused less often" in text
    assert "With 100 classes" in text
    assert "88 more classes, which do better" in text


def test_calibration_is_told_in_words_and_bin_by_bin(blessed):
    _, text = read(blessed)
    assert "a probability of 84.7% on average, and 77.0% of them are right" in text
    assert "it is 7.7 points surer than it should be" in text
    assert "50% to 75% 65.0% 50.0% 96 75% to 100% 95.0% 90.0% 200" in text


def test_mistakes_come_with_pictures_predictions_and_source(blessed):
    parsed, text = read(blessed)
    assert parsed.values("img", "src")[:2] == [blessed.mistakes[0].image, blessed.mistakes[0].heat]
    assert "The 3 of 43 mistakes that the candidate was surest of" in text
    assert "true cat candidate dog 99% baseline ship test/cat/0.png" in text
    assert "true cat candidate dog 99% baseline cat right test/cat/1.png" in text
    assert "what the prediction rests on is marked" in text


def test_a_mistake_without_a_picture_is_shown_all_the_same(blessed):
    bare = replace(blessed.mistakes[0], image=None, heat=None)
    _, text = read(replace(blessed, mistakes=(bare,)))
    assert "cannot be shown true cat candidate dog" in text
    assert "rests on" not in text


def test_words_are_marked_by_more_than_colour(texts):
    parsed, _ = read(texts)
    assert parsed.tags.count("blockquote") == 5
    (great,) = re.findall("<mark[^>]*>great</mark>", parsed.html)
    assert 'class="for"' in great and 'data-level="3"' in great
    assert f"{MINUS}20.0 points without it" in great
    (against,) = re.findall("<mark[^>]*>not</mark>", parsed.html)
    assert 'class="against"' in against and 'data-level="3"' in against
    style = Path(page.__file__).with_name("page.css.j2").read_text()
    lines = re.findall(r"mark\.(\w+) \{ text-decoration: underline (\w+)", style)
    assert lines == [("for", "solid"), ("against", "dotted")]


def test_long_texts_are_cut_around_the_telling_words(texts):
    _, text = read(texts)
    assert "word399 wonderful word401" in text and "awful" in text
    assert "word0 " not in text and "word899" not in text
    assert f"900 words in all without “wonderful”: {MINUS}41.0 points" in text
    assert "no word alone makes a tenth of a point" in text


def test_no_mistakes_at_all_are_no_reason_to_rejoice(perfect):
    parsed, text = read(perfect)
    assert "No mistakes The candidate has all 200 examples right." in text
    assert "leaks" in text
    assert "Nothing: no example is predicted as another class than its own." in text
    assert "img" not in parsed.tags and "Learning curves" not in text


def test_curves_are_a_picture_and_tensorboard_a_command_that_can_be_pasted(blessed):
    parsed, text = read(blessed)
    assert parsed.values("img", "src")[-1].startswith("data:image/svg+xml;base64,")
    assert "tensorboard --logdir '/home/mia/my runs/cifar10/model_run'" in text


def test_curves_that_are_too_long_for_the_page_are_left_out(blessed):
    parsed, text = read(replace(blessed, curves="<svg>" + " " * 200_000 + "</svg>"))
    assert "too long for this page" in text
    assert not [a for a in parsed.values("img", "src") if "svg" in a]


def test_settings_are_written_in_words(blessed):
    _, text = read(replace(blessed, settings=blessed.settings | {"slices": 7}))
    assert "accuracy, at least 70%" in text
    assert "below the baseline, at most 1 point" in text
    assert "slices 7" in text
    assert "Each of the two ends of an interval holds with 95% confidence" in text


def test_a_setting_that_asks_nothing_says_so(blessed):
    lax = blessed.settings | {"min_slice_accuracy": 0.0, "max_slice_drop": 1.0}
    _, text = read(replace(blessed, settings=lax))
    assert "accuracy of a slice, at least nothing asked" in text
    assert "slice below the baseline, at most nothing asked" in text


def test_a_page_keeps_to_its_size(hundred):
    heavy = tuple(replace(each, image=picture(1, 70)) for each in mistakes(60))
    slices = tuple(part(f"{'long' * 30} {i}", (80, 100, 5, 4)) for i in range(400))
    decision = replace(
        hundred.decision,
        verdict="not blessed",
        slices=slices,
        faults=("This slice is surely worse than allowed. " * 8,) * 300,
    )
    evaluation = replace(hundred, mistakes=heavy, decision=decision, curves="x" * 100_000)
    parsed, text = read(evaluation)
    assert len(parsed.html.encode()) <= page.MAX_BYTES
    assert "And 200 more, in gate.json" in text
    assert "And 250 more, in gate.json" in text
    shown = len([a for a in parsed.values("img", "src") if "png" in a]) // 2
    assert 10 < shown < 48
    assert f"The {shown} of 43 mistakes" in text


def test_texts_full_of_marked_words_keep_to_the_size(texts):
    words = tuple((f"{'x' * 40}{i}", (-1) ** i * 0.3) for i in range(500))
    each = replace(texts.mistakes[0], words=words)
    assert len(render(replace(texts, mistakes=(each,) * 60)).encode()) <= page.MAX_BYTES


def test_the_same_evaluation_gives_the_same_page(blocked):
    assert render(blocked) == render(blocked)


def test_what_is_not_finite_is_not_drawn(blessed):
    nowhere = Interval(math.nan, math.nan, math.nan)
    overall = replace(blessed.decision.overall, accuracy=nowhere, difference=nowhere)
    slices = (part("cat", (1, 1)), part("dog", (0, 1)))
    decision = replace(blessed.decision, overall=overall, slices=slices)
    _, text = read(replace(blessed, decision=decision, calibration=()))
    assert "Accuracy of the candidate – – to –" in text
    assert "How far its probabilities" not in text


def test_a_slice_without_a_difference_has_a_dash(blessed):
    alone = replace(part("dog", (80, 100)), comparison=comparison(80, 100))
    decision = replace(blessed.decision, slices=(part("cat", (70, 100, 1, 2)), alone))
    _, text = read(replace(blessed, decision=decision))
    assert "dog 100 examples – 80.0%, baseline –" in text


def test_numbers_stand_out_from_the_strongest_tint():
    style = Path(page.__file__).with_name("page.css.j2").read_text()
    base, more = map(int, re.search(r"calc\((\d+)% \+ (\d+)% \* var\(--share", style).groups())
    tint = (base + more) / 100
    shared = (Path(page.__file__).parents[2] / "pages" / "base.css.j2").read_text()
    for theme in map(colours, re.findall(r":root \{(.*?)\}", shared, re.DOTALL)[:2]):
        mixed = [
            tint * a + (1 - tint) * p for a, p in zip(theme["accent"], theme["paper"], strict=True)
        ]
        assert contrast(theme["ink"], mixed) >= 4.5
        assert contrast(theme["ink"], theme["rule"]) >= 4.5


def test_attacks_in_the_fixtures_are_attacks():
    """Otherwise the tests above would prove nothing."""
    assert "<script>" in ATTACK and "</style>" in ATTACK and "onerror" in ATTACK
