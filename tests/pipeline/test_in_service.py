"""What new examples are held against is found in ML Metadata, and in files that are there."""

import pytest
from ml_metadata.proto.metadata_store_pb2 import Artifact

from components.errors import InputError
from pipeline.in_service import in_service


def test_the_newest_version_is_in_service_with_what_it_learned_from(past):
    pets = past("pets")
    first = pets.examples(span=1, train=[b""])
    second = pets.examples(span=2, train=[b""])
    pets.examples(span=3, train=[b""])
    pets.pushed(first, "9")
    pets.pushed(second, "10")
    found = in_service(pets.home)
    assert found.model == pets.home.serving / "10"
    assert (found.examples.span, found.problem) == (2, "")


def test_a_task_that_never_ran_has_nothing(past):
    pets = past("pets")
    pets.home.metadata.path.unlink()
    assert in_service(pets.home) == (None, None, "none is in service")


def test_without_a_model_the_newest_whole_examples_serve(past):
    pets = past("pets")
    pets.examples(span=1, train=[b""])
    ingested = {"input_fingerprint": "any"}
    pets.made("Examples", pets.home.root, span=2, state=Artifact.ABANDONED, **ingested)
    pets.made("Examples", pets.home.root / "deleted", span=3, **ingested)
    # What the Predictor puts out.
    pets.made("Examples", pets.home.root, span=0)
    found = in_service(pets.home)
    assert (found.model, found.examples.span, found.problem) == (None, 1, "none is in service")


def test_a_model_that_nobody_knows_is_not_asked(past):
    """Its view of what it has learned would differ from that of anything else."""
    pets = past("pets")
    pets.examples(span=1, train=[b""])
    (pets.home.serving / "5").mkdir(parents=True)
    found = in_service(pets.home)
    assert (found.model, found.examples.span) == (None, 1)
    assert "serving/5 is in service, but nothing tells which" in found.problem


def test_a_model_whose_examples_are_gone_is_not_asked(past):
    pets = past("pets")
    pets.pushed(pets.made("Examples", pets.home.root / "deleted", input_fingerprint="any"))
    assert in_service(pets.home).model is None


def test_what_is_no_metadata_is_refused(past):
    pets = past("pets")
    pets.home.metadata.path.write_text("something else " * 100)
    with pytest.raises(InputError, match=r"metadata\.sqlite cannot be read as ML Metadata"):
        in_service(pets.home)
