"""A SavedModel in memory, run as TensorFlow Serving runs it: by a session.

A session runs a graph that is there when the model has been loaded. Nothing can be traced later,
whatever sizes a batch has, and closing it gives its memory back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.types_pb2 import DT_INVALID
from tensorflow.core.protobuf.config_pb2 import CallableOptions
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef, SignatureDef, TensorInfo

Tensors = dict[str, np.ndarray]
"""By the names that a signature gives them; strings are arrays of bytes, of dtype object."""


@dataclass(frozen=True)
class Signature:
    """What a model can be asked."""

    name: str
    definition: SignatureDef

    @property
    def inputs(self) -> Mapping[str, TensorInfo]:
        """What it takes, by name."""
        return self.definition.inputs

    @property
    def can_batch(self) -> bool:
        """Whether the first dimension of everything is the number of examples, and free."""
        tensors = [*self.definition.inputs.values(), *self.definition.outputs.values()]
        shapes = [tensor.tensor_shape for tensor in tensors]
        return all(shape.dim and shape.dim[0].size == -1 for shape in shapes)


class SavedModel:
    """A SavedModel that answers. Its methods may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        """Loads it.

        Raises:
          Exception: whatever TensorFlow raises for files that are missing or broken.
        """
        graph = tf.Graph()
        self._session = tf.compat.v1.Session(graph=graph)
        try:
            with graph.as_default():
                self.meta_graph: MetaGraphDef = tf.compat.v1.saved_model.load(
                    self._session, [tf.saved_model.SERVING], str(folder)
                )
            definitions = self.meta_graph.signature_def
            self.signatures = {
                name: Signature(name, definitions[name])
                for name in definitions
                if _can_be_run(definitions[name])
            }
            self._callables = {
                name: self._callable(signature.definition)
                for name, signature in self.signatures.items()
            }
        except BaseException:
            self._session.close()
            raise
        # The graph's definition takes as much memory again, and all that is read are signatures.
        self.meta_graph.ClearField("graph_def")
        self.meta_graph.ClearField("object_graph_def")

    def run(self, signature: str, inputs: Tensors) -> Tensors:
        """Returns all outputs of a signature.

        Raises:
          tf.errors.OpError: the model cannot make anything of the inputs.
        """
        definition = self.signatures[signature].definition
        fed = [inputs[name] for name in sorted(definition.inputs)]
        try:
            values = self._callables[signature](*fed)
        except UnicodeDecodeError as error:
            # TensorFlow quotes bytes of the input in its message.
            message = error.object.decode(errors="replace")
            raise tf.errors.InvalidArgumentError(None, None, message) from error
        return dict(zip(sorted(definition.outputs), values, strict=True))

    def close(self) -> None:
        """Gives the memory back; nothing may be running."""
        self._callables.clear()
        self._session.close()

    def _callable(self, definition: SignatureDef):
        options = CallableOptions(
            feed=[definition.inputs[name].name for name in sorted(definition.inputs)],
            fetch=[definition.outputs[name].name for name in sorted(definition.outputs)],
        )
        # Private, but Session.run looks up every name again on each call: a third of the time.
        return self._session._make_callable_from_options(options)


def _can_be_run(definition: SignatureDef) -> bool:
    tensors = [*definition.inputs.values(), *definition.outputs.values()]
    return bool(definition.inputs) and all(
        tensor.name and tensor.dtype != DT_INVALID for tensor in tensors
    )
