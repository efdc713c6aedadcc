"""Tells people of a run that failed, or whose model does not go into service."""
