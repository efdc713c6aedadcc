"""Pushes the phone's model with all that an app needs of it."""

import os
import shutil
import tempfile
from pathlib import Path

from components.atomic_push import push
from components.tflite_rewriter.contract import Contract
from components.tflite_rewriter.readme import README_FILE
from components.tflite_rewriter.report import REPORT_FILE, SERVED, Report
from components.tflite_rewriter.variants import VARIANTS
from components.tflite_rewriter.write import PAGE


def push_blessed(output: Path, report: Report, destination: str) -> str | None:
    """Pushes the blessed variant to `<destination>/<version of the SavedModel>/`.

    Models in other formats than the phone's, where the task asks for them, go along in folders of
    their own, if they keep to the tolerance, too.

    Args:
      output: the folder that `rewrite` filled.
      report: what `rewrite` returned.
      destination: the folder of all versions.

    Returns:
      The path of the version: `model.tflite`, the contract's files, `parity.json` and its page,
      `README.md`, and `onnx/`, `openvino/`. None, and nothing is written, if no variant is blessed.

    Raises:
      InputError: the destination cannot be written.
    """
    if report.blessed is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        names = (REPORT_FILE, PAGE, README_FILE, str(report.row(report.blessed).path))
        for file in [*Contract.read(output).files(output), *(output / name for name in names)]:
            shutil.copy(file, folder)
        for row in report.rows:
            others = row.variant in VARIANTS and not VARIANTS[row.variant].for_phones
            if others and row.status == "within" and row.network == SERVED:
                source = (output / str(row.path)).parent
                shutil.copytree(source, os.path.join(folder, row.variant))
        return push(folder, destination, report.pushed_version)
