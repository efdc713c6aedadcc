"""Resolver strategies that find the baseline of a run in ML Metadata.

TFX's own LatestBlessedModelStrategy finds the candidate itself as soon as it is blessed: a cached
run would then evaluate a model against itself, again and again. These leave the current artifact
out, so that a run in which nothing changed resolves to the same baseline and is cached.

TFX wants every key of the input back, narrowed or not.
"""

from collections.abc import Iterator
from itertools import islice

from ml_metadata.metadata_store import MetadataStore
from tfx.components.evaluator import constants
from tfx.dsl.components.common.resolver import ResolverStrategy
from tfx.types.artifact import Artifact

from components.blessing import VERDICT
from components.events import inputs_of
from components.features import FINGERPRINT

ArtifactsByKey = dict[str, list[Artifact]]


class LatestOtherBlessedModel(ResolverStrategy):
    """Resolves `model` to the one blessed last, the artifact in `candidate` aside."""

    def resolve_artifacts(self, store: object, input_dict: ArtifactsByKey) -> ArtifactsByKey:
        """Takes `model`, `model_blessing`, `candidate`; narrows `model` to one or none."""
        candidates = {artifact.id for artifact in input_dict["candidate"]}
        others = (model for model in _blessed(input_dict) if model.id not in candidates)
        return input_dict | {"model": list(islice(others, 1))}


class LatestBlessedModelOfOtherExamples(ResolverStrategy):
    """Resolves `model` to the one blessed last of those trained on other examples.

    A model that could begin with one trained on the very same examples would be trained anew in
    every run, though nothing has changed.
    """

    def resolve_artifacts(self, store: MetadataStore, input_dict: ArtifactsByKey) -> ArtifactsByKey:
        """Takes `model`, `model_blessing`, `examples`; narrows `model` to one or none."""
        current = {artifact.id for artifact in input_dict["examples"]}
        others = (
            model for model in _blessed(input_dict) if not current & inputs_of(store, model.id)
        )
        return input_dict | {"model": list(islice(others, 1))}


class DriftReference(ResolverStrategy):
    """Resolves `model` to the one in service and `reference` to the examples it learned from.

    The model that was trained on the current examples is left out. Where there is no other,
    `reference` is the newest of the other examples.
    """

    def resolve_artifacts(self, store: MetadataStore, input_dict: ArtifactsByKey) -> ArtifactsByKey:
        """Takes `model`, `model_blessing`, `reference`, `examples`; narrows two to one or none."""
        found = LatestBlessedModelOfOtherExamples().resolve_artifacts(store, input_dict)
        current = {artifact.id for artifact in input_dict["examples"]}
        others = [
            artifact
            for artifact in _newest_first(input_dict["reference"])
            if artifact.id not in current and artifact.has_custom_property(FINGERPRINT)
        ]
        for model in found["model"]:
            learned = inputs_of(store, model.id)
            others = [artifact for artifact in others if artifact.id in learned]
        return found | {"reference": others[:1]}


def _blessed(input_dict: ArtifactsByKey) -> Iterator[Artifact]:
    """Yields the blessed ones of `model`, the one in service first.

    The order is that of the blessings, not of the models: a model that was blessed again after a
    newer one is the one in service.
    """
    models = {model.id: model for model in input_dict["model"]}
    for blessing in _newest_first(input_dict["model_blessing"]):
        blessed = blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY)
        model_id = blessing.get_int_custom_property(
            constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY
        )
        if blessed and model_id in models and blessing.has_custom_property(VERDICT):
            yield models[model_id]


def _newest_first(artifacts: list[Artifact]) -> list[Artifact]:
    return sorted(artifacts, key=lambda artifact: artifact.id, reverse=True)
