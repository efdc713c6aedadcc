"""The nodes that find what a run is held against in ML Metadata."""

from tfx.dsl.components.base.base_node import BaseNode
from tfx.dsl.components.common.resolver import Resolver, ResolverStrategy
from tfx.types import BaseChannel, Channel
from tfx.types.standard_artifacts import Examples, Model, ModelBlessing

from components.baseline import resolvers


def BaselineModel(candidate: BaseChannel) -> BaseNode:
    """Finds the model in service, as output `model`; the candidate itself is never it."""
    return _resolver("BaselineModel", resolvers.LatestOtherBlessedModel, candidate=candidate)


def BaseModel(examples: BaseChannel) -> BaseNode:
    """Finds the model that a training begins with, as output `model`: one of other examples."""
    return _resolver("BaseModel", resolvers.LatestBlessedModelOfOtherExamples, examples=examples)


def DriftReference(examples: BaseChannel) -> BaseNode:
    """Finds what new examples are held against, as outputs `reference` and `model`."""
    return _resolver(
        "DriftReference",
        resolvers.DriftReference,
        reference=Channel(type=Examples),
        examples=examples,
    )


def _resolver(name: str, strategy: type[ResolverStrategy], **channels: BaseChannel) -> BaseNode:
    """Returns a node that is shown all models and blessings that there are, and more."""
    return Resolver(
        strategy_class=strategy,
        model=Channel(type=Model),
        model_blessing=Channel(type=ModelBlessing),
        **channels,
    ).with_id(name)
