"""Which settings a search may change, and within which bounds.

A setting is named by where it stands in the task: `training.learning_rate`,
`training.augmentation.shift`, `model.options.width`.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import keras_tuner

_DIGITS = 3


def declare(fields: Mapping[str, dict[str, Any]]) -> keras_tuner.HyperParameters:
    """Declares the settings to KerasTuner.

    Args:
      fields: by a setting's name, the fields of `Choice`, `Range`, `LogRange` or `IntRange`.
    """
    space = keras_tuner.HyperParameters()
    for name, bounds in fields.items():
        match bounds["kind"]:
            case "choice":
                # KerasTuner's choices would turn True into 1, and take neither None nor lists.
                space.Choice(name, [json.dumps(value) for value in bounds["values"]])
            case "int_range":
                space.Int(name, bounds["low"], bounds["high"])
            case "range":
                space.Float(name, bounds["low"], bounds["high"])
            case "log_range":
                space.Float(name, bounds["low"], bounds["high"], sampling="log")
    return space


def chosen(hyperparameters: dict[str, Any]) -> dict[str, Any]:
    """Returns the values of settings by name; numbers are rounded to three digits, to be copied.

    Args:
      hyperparameters: what `HyperParameters.get_config` returns; what KerasTuner's algorithms
        keep there for themselves is left out.
    """
    values = hyperparameters["values"]
    return {
        (name := declared["config"]["name"]): _plain(declared, values[name])
        for declared in hyperparameters["space"]
    }


def apply(config: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a copy of a configuration with other values.

    Args:
      config: nested dictionaries, `model` and `training` among them.
      values: by a setting's name.
    """
    config = deepcopy(config)
    for name, value in values.items():
        *groups, field = name.split(".")
        group = config
        for key in groups:
            group = group[key]
        group[field] = value
    return config


def in_words(values: Mapping[str, Any]) -> str:
    """Returns the values on one line, such as `learning_rate 0.0021, width 32`."""
    return ", ".join(f"{name.rpartition('.')[2]} {value}" for name, value in values.items())


def _plain(declared: dict[str, Any], value: Any) -> Any:
    if declared["class_name"] == "Choice":
        return json.loads(value)
    if declared["class_name"] == "Float":
        config = declared["config"]
        rounded = float(f"{value:.{_DIGITS}g}")
        return min(max(rounded, config["min_value"]), config["max_value"])
    return value
