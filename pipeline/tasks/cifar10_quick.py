"""CIFAR-10 in minutes: the task `cifar10` with fewer epochs.

Command: make data TASK=cifar10 && make run TASK=cifar10_quick
Cost: 8 CPU-minutes, nearly all of it training.
Expected: test accuracy of at least 0.75.
"""

from pipeline.run_local import main
from pipeline.task import Evaluation
from pipeline.tasks.cifar10 import TASK as CIFAR10

TASK = CIFAR10.replace(
    name="cifar10_quick",
    training=CIFAR10.training.replace(epochs=4),
    evaluation=Evaluation(min_accuracy=0.7, max_accuracy_drop=0.015),
)

if __name__ == "__main__":
    main(TASK)
