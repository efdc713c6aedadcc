"""The rows of the page's table, by network, and which of them may be the phone's."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from components.tflite_rewriter.judge import choose
from components.tflite_rewriter.pages.charts import differences, sizes
from components.tflite_rewriter.report import KERAS, SAVED_MODEL, SERVED, Report, Row
from components.tflite_rewriter.variants import VARIANTS


class TableRow(NamedTuple):
    """A row with what is drawn in it."""

    row: Row
    number: int
    """Its place in the table, from 1."""
    difference: Markup
    size: Markup | None
    for_phones: bool
    """False also of the forms of a network that no device runs."""
    is_reference: bool
    """Whether it is the SavedModel that all others are held against."""


class Group(NamedTuple):
    """The rows of a network."""

    network: str
    rows: Sequence[TableRow]
    saved_model: Row | None
    best: Row | None
    """Which of its variants would be blessed, if it were alone."""


def is_variant(row: Row) -> bool:
    """Returns whether a row is of a form that a device runs."""
    return row.variant not in (KERAS, SAVED_MODEL)


def for_phones(row: Row) -> bool:
    """Returns whether a row's form could be the phone's."""
    return row.variant in VARIANTS and VARIANTS[row.variant].for_phones


def groups(report: Report, among: differences.Differences) -> list[Group]:
    """Returns the report's rows by network, in the report's order.

    Args:
      report: of a model that was pushed.
      among: the axis of the differences.
    """
    largest = max((row.bytes or 0 for row in report.rows), default=0)
    rows = [
        TableRow(
            row=row,
            number=number,
            difference=_difference(row, among),
            size=sizes.draw(row.bytes, row.gzip_bytes, largest) if row.bytes else None,
            for_phones=for_phones(row),
            is_reference=(row.network, row.variant) == (SERVED, SAVED_MODEL),
        )
        for number, row in enumerate(report.rows, start=1)
    ]
    networks = dict.fromkeys(row.network for row in report.rows)
    return [
        _group(network, [each for each in rows if each.row.network == network], report)
        for network in networks
    ]


def _group(network: str, rows: Sequence[TableRow], report: Report) -> Group:
    of_network = [each.row for each in rows]
    saved_model = next((row for row in of_network if row.variant == SAVED_MODEL), None)
    return Group(network, rows, saved_model, choose(of_network, report.settings["prefer"]))


def _difference(row: Row, among: differences.Differences) -> Markup:
    found = row.comparison.difference if row.comparison else None
    return differences.draw(found, among, wrong=row.status == "not within")
