"""Resolver strategies that find the baseline of a run in ML Metadata.

TFX's own LatestBlessedModelStrategy finds the candidate itself as soon as it is blessed: a cached
run would then evaluate a model against itself, again and again. These leave the current artifact
out, so that a run in which nothing changed resolves to the same baseline and is cached.

TFX wants every key of the input back, narrowed or not.
"""

from tfx.components.evaluator import constants
from tfx.dsl.components.common.resolver import ResolverStrategy
from tfx.types.artifact import Artifact

ArtifactsByKey = dict[str, list[Artifact]]


class LatestOtherBlessedModel(ResolverStrategy):
    """Resolves `model` to the one blessed last, the artifact in `candidate` aside.

    The order is that of the blessings, not of the models: a model that was blessed again after a
    newer one is the one in service.
    """

    def resolve_artifacts(self, store: object, input_dict: ArtifactsByKey) -> ArtifactsByKey:
        """Takes `model`, `model_blessing`, `candidate`; narrows `model` to one or none."""
        candidates = {artifact.id for artifact in input_dict["candidate"]}
        models = {model.id: model for model in input_dict["model"]}
        for blessing in _newest_first(input_dict["model_blessing"]):
            blessed = blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY)
            model_id = blessing.get_int_custom_property(
                constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY
            )
            if blessed and model_id in models and model_id not in candidates:
                return input_dict | {"model": [models[model_id]]}
        return input_dict | {"model": []}


class LatestOtherArtifact(ResolverStrategy):
    """Resolves `previous` to the newest artifact that is not the one in `current`."""

    def resolve_artifacts(self, store: object, input_dict: ArtifactsByKey) -> ArtifactsByKey:
        """Takes `previous` and `current`; narrows `previous` to one or none."""
        current = {artifact.id for artifact in input_dict["current"]}
        others = [a for a in _newest_first(input_dict["previous"]) if a.id not in current]
        return input_dict | {"previous": others[:1]}


def _newest_first(artifacts: list[Artifact]) -> list[Artifact]:
    return sorted(artifacts, key=lambda artifact: artifact.id, reverse=True)
