"""The README beside a pushed model: what it takes, and how an app and a Python program use it."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.tflite_rewriter.contract import Contract
from components.tflite_rewriter.pixels import GREY
from components.tflite_rewriter.report import SAVED_MODEL, Report

README_FILE = "README.md"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def readme(contract: Contract, report: Report) -> str:
    """Returns the README in Markdown.

    Args:
      contract: of the model.
      report: in which a variant is blessed.
    """
    return _TEMPLATES.get_template(f"readme_{contract.kind}.md.j2").render(
        contract=contract,
        report=report,
        row=report.row(report.blessed or ""),
        saved_model=report.row(SAVED_MODEL),
        grey=GREY,
        **contract.preprocessing,
    )
