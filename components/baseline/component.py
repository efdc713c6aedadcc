"""The nodes that find what a run is held against in ML Metadata."""

from tfx.dsl.components.base.base_node import BaseNode
from tfx.dsl.components.common.resolver import Resolver
from tfx.types import BaseChannel, Channel
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing

from components.baseline import resolvers


def BaselineModel(candidate: BaseChannel) -> BaseNode:
    """Finds the model in service, as output `model`; the candidate itself is never it."""
    return Resolver(
        strategy_class=resolvers.LatestOtherBlessedModel,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        candidate=candidate,
    ).with_id("BaselineModel")


def BaseModel(examples: BaseChannel) -> BaseNode:
    """Finds the model that a training begins with, as output `model`: one of other examples."""
    return Resolver(
        strategy_class=resolvers.LatestBlessedModelOfOtherExamples,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        examples=examples,
    ).with_id("BaseModel")


def DriftReference(examples: BaseChannel) -> BaseNode:
    """Finds what new examples are held against, as outputs `reference` and `model`."""
    return Resolver(
        strategy_class=resolvers.DriftReference,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        reference=Channel(type=Examples),
        examples=examples,
    ).with_id("DriftReference")
