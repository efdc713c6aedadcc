"""Settings are declared to KerasTuner, and come back as they were given."""

import json

import pytest

from components.trainer.tuning.search_space import apply, chosen, declare, in_words


def sampled(bounds, seeds=range(50)):
    """Returns the values that KerasTuner draws for one setting, as they are used."""
    space = declare({"training.it": bounds})
    values = []
    for seed in seeds:
        space.values["training.it"] = space.space[0].random_sample(seed)
        (value,) = chosen(json.loads(json.dumps(space.get_config()))).values()
        values.append(value)
    return values


@pytest.mark.parametrize(
    "values",
    [[True, False], [None, 0.9], ["sgd", "adamw"], [16, 32], [[2, 3], [2]], [1, 0.5]],
)
def test_a_choice_gives_its_values_and_their_types(values):
    found = sampled({"kind": "choice", "values": values})
    assert {json.dumps(value) for value in found} == {json.dumps(value) for value in values}


def test_whole_numbers_reach_from_end_to_end():
    assert set(sampled({"kind": "int_range", "low": 2, "high": 5})) == {2, 3, 4, 5}


def test_numbers_are_short_and_within_their_range():
    found = sampled({"kind": "range", "low": 0.12341, "high": 0.12359})
    assert all(0.12341 <= value <= 0.12359 for value in found)
    found = sampled({"kind": "range", "low": 0.0, "high": 1.0})
    assert max(len(f"{value:g}".lstrip("0.")) for value in found) <= 3
    assert min(found) < 0.2
    assert max(found) > 0.8


def test_each_power_of_ten_is_as_likely():
    found = sampled({"kind": "log_range", "low": 1e-5, "high": 1e-1}, range(200))
    assert 60 < sum(value < 1e-3 for value in found) < 140


def test_what_an_algorithm_keeps_for_itself_is_no_setting():
    space = declare({"training.batch_size": {"kind": "choice", "values": [8]}})
    space.values = {"training.batch_size": "8", "tuner/epochs": 2, "tuner/trial_id": "0003"}
    assert chosen(space.get_config()) == {"training.batch_size": 8}


def test_values_are_put_where_they_stand_in_the_task_and_nothing_else_changes():
    config = {
        "model": {"name": "residual_cnn", "options": {"depth": 1}},
        "training": {"epochs": 3, "augmentation": {"shift": 0.0, "zoom": 0.5}},
    }
    values = {"training.augmentation.shift": 0.1, "model.options.width": 8}
    assert apply(config, values) == {
        "model": {"name": "residual_cnn", "options": {"depth": 1, "width": 8}},
        "training": {"epochs": 3, "augmentation": {"shift": 0.1, "zoom": 0.5}},
    }
    assert config["training"]["augmentation"]["shift"] == 0.0
    assert config["model"]["options"] == {"depth": 1}


def test_values_are_said_by_their_last_names():
    values = {"training.learning_rate": 0.0021, "model.options.width": 32}
    assert in_words(values) == "learning_rate 0.0021, width 32"
