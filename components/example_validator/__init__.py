"""Stops a run before training when ExampleValidator found anomalies."""
