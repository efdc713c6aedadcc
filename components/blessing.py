"""How a blessing of the gate is told from one of TFX's Evaluator, which decides nothing here."""

VERDICT = "verdict"
"""A custom property that the gate's blessings have, and no others: `blessed`, `not blessed`, `not
enough data`."""
