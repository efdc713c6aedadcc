"""`python -m pipeline`: parses, and calls what does the work."""

import argparse
import sys

from pipeline.commands import drift, feedback, kubeflow, releases, runs, serving
from pipeline.run_local import guarded


def parser() -> argparse.ArgumentParser:
    """Returns the parser of the whole command line."""
    made = argparse.ArgumentParser(
        prog="python -m pipeline", description="A TFX pipeline for image and text classifiers."
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for group in (runs, drift, serving, releases, feedback, kubeflow):
        group.add(commands)
    return made


def main() -> int:
    """Returns 0 when done, 1 when a node failed, 2 when the user can mend it, 3 for drift."""
    arguments = parser().parse_args()
    return guarded(lambda: arguments.action(arguments))


if __name__ == "__main__":
    sys.exit(main())
