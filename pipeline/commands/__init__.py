"""The commands of `python -m pipeline`: their arguments, and which function does the work."""
