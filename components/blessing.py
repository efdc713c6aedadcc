"""How a blessing of the gate is told from one of TFX's Evaluator, which decides nothing here."""

VERDICT = "verdict"
"""A custom property that the gate's blessings have, and no others: `blessed`, `not blessed`, `not
enough data`."""
DECIDED = "decided"
"""Another one: when, as Unix time in seconds. It is the version to push where nobody can see which
ones there are."""
REASON = "reason"
"""A custom property of the gate's blessings and of the InfraValidator's: the verdict in a sentence;
empty where a server can serve the model."""
