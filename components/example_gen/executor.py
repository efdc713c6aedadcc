"""Reads the input through Beam and writes the Examples artifact."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from tfx.components.example_gen.utils import FINGERPRINT_PROPERTY_NAME, SPAN_PROPERTY_NAME
from tfx.components.util import examples_utils
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.dsl.io import fileio
from tfx.proto import example_gen_pb2
from tfx.types import Artifact, artifact_utils

from components.errors import InputError
from components.example_gen.files import Layout
from components.example_gen.fingerprint import fingerprint
from components.example_gen.ingest import ingest
from components.example_gen.layout import find_layout
from components.example_gen.listing import Batch, read_batch, write_listing
from components.example_gen.report import Tally, check, report
from components.example_gen.set_aside import Rejected
from components.example_gen.shuffle import Shuffle
from components.example_gen.splits import choose, shares_of
from components.example_gen.write import Write, place_written
from components.features import INGEST_REPORT

_UNDER_WAY, _TALLY, _ROWS = "under_way", "tally", "rows"


class Executor(BaseBeamExecutor):
    """Ingests one span."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes `Split-<name>/data_tfrecord-*.gz` for each split, and the ingest report.

        Args:
          input_dict: `source`, one artifact with what is to be read; else the path in `data` is.
          output_dict: `examples`, one artifact.
          exec_properties: `data` and `split`, as the component has them; `span` and
            `input_fingerprint` from the driver, found here where no driver ran.

        Raises:
          InputError: the input cannot be used; see `find_layout` and `report.check`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        artifact = artifact_utils.get_single_instance(output_dict["examples"])
        data = json.loads(exec_properties["data"])
        if input_dict.get("source"):
            data["path"] = artifact_utils.get_single_uri(input_dict["source"])
        shares = json.loads(exec_properties["split"])
        layout = find_layout(data["path"], data["kind"], exec_properties.get(SPAN_PROPERTY_NAME))
        mark = exec_properties.get(FINGERPRINT_PROPERTY_NAME) or fingerprint(layout)
        _describe(artifact, layout.span, mark, list(shares))
        under_way = os.path.join(artifact.uri, _UNDER_WAY)
        fileio.makedirs(under_way)
        with self._make_beam_pipeline() as pipeline:
            _write_examples(pipeline, layout, data, shares, under_way)
            # There may be millions of them.
            layout = layout._replace(files=())
        for split in shares:
            folder = artifact_utils.get_split_uri([artifact], split)
            place_written(os.path.join(under_way, split), Path(folder))
        tally = _read_tally(under_way)
        fileio.rmtree(under_way)
        check(tally, data["max_broken_share"], shares)
        _write_json(report(tally, layout, mark, shares), os.path.join(artifact.uri, INGEST_REPORT))


def _describe(artifact: Artifact, span: int, mark: str, splits: list[str]) -> None:
    """Sets the properties by which TFX reads Examples and tells them apart."""
    artifact.split_names = artifact_utils.encode_split_names(splits)
    artifact.span = span
    artifact.set_int_custom_property(SPAN_PROPERTY_NAME, span)
    artifact.set_string_custom_property(FINGERPRINT_PROPERTY_NAME, mark)
    examples_utils.set_payload_format(artifact, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(artifact, "tfrecords_gzip")


def _write_examples(
    pipeline: beam.Pipeline,
    layout: Layout,
    data: Mapping[str, Any],
    shares: Mapping[str, int],
    under_way: str,
) -> None:
    """Adds all steps from the input's files to those of the splits, in folders of `under_way`.

    What went wrong is written beside the splits rather than raised: a worker's exception would
    reach the user as a traceback of the runner.
    """
    listing = os.path.join(under_way, "files")
    ingested = (
        pipeline
        # Beam encodes plain tuples compactly, others by pickling each.
        | "Files" >> beam.Create([tuple(batch) for batch in write_listing(layout, listing)])
        | "Ingest"
        >> beam.ParDo(_Ingest(listing, layout, data, shares)).with_outputs(_TALLY, *shares)
    )
    for split in shares:
        examples = ingested[split]
        if layout.tables:
            examples |= f"Shuffle {split}" >> Shuffle(os.path.join(under_way, _ROWS, split))
        _ = examples | f"Write {split}" >> Write(os.path.join(under_way, split))
    parts = os.path.join(under_way, _TALLY, "part")
    _ = ingested[_TALLY] | "Write tally" >> beam.io.WriteToText(parts)


class _Ingest(beam.DoFn):
    """Sends the serialized examples of a batch of files to their splits, and a tally."""

    def __init__(
        self, listing: str, layout: Layout, data: Mapping[str, Any], shares: Mapping[str, int]
    ) -> None:
        super().__init__()
        self._listing = listing
        self._root = layout.root
        self._ready_splits = layout.splits
        self._data = data
        self._shares = shares

    def process(self, batch: tuple[int, int]) -> Iterator[TaggedOutput]:
        files = list(read_batch(self._listing, Batch(*batch)))
        shares = shares_of(files[0].split, self._ready_splits, self._shares)
        tally = Tally()
        try:
            for outcome in ingest(files, self._root, self._data):
                if isinstance(outcome, Rejected):
                    tally.rejected.append(outcome)
                else:
                    split = choose(outcome.digest, shares)
                    tally.examples[split, outcome.label] += 1
                    yield TaggedOutput(split, outcome.serialized)
        except InputError as fault:
            tally.fault = str(fault)
        yield TaggedOutput(_TALLY, json.dumps(tally.to_json()))


def _read_tally(under_way: str) -> Tally:
    """Adds up the tallies of all batches."""
    tally = Tally()
    for path in fileio.glob(os.path.join(under_way, _TALLY, "part*")):
        with fileio.open(path) as file:
            for line in file:
                tally.add_json(json.loads(line))
    return tally


def _write_json(content: Mapping[str, Any], path: str) -> None:
    aside = f"{path}.part"
    with fileio.open(aside, "w") as file:
        file.write(json.dumps(content, indent=2))
    fileio.rename(aside, path, overwrite=True)
