"""A stand-in for TensorFlow Serving, for machines without Docker.

It reads TensorFlow Serving's `models.config`, watches the same folders, and speaks the same REST
and gRPC, so that a client, a dashboard or a release that works with one works with the other. It is
one Python process around a TensorFlow session: right for a laptop, a test or a demonstration. In
production the real TensorFlow Serving runs.

What it does otherwise than the original:

- A relative `base_path` counts from the folder of `models.config`; the original refuses it.
- In `models.config`, a label may point to a version that is still to be loaded: until it answers,
  the label stays where it was. The original refuses such a file as a whole. A reload by gRPC is
  refused by both.
- A version that failed to load is tried again as soon as its files change, rather than five times.
- The status of a label is that of its version; the original ignores the label.
- In a batch, only the request that is at fault fails.
- Answers by REST say in the header `Model-Version` which version gave them.
- Beyond the original: limits on what a request may cost, `/healthz`, `/readyz`, and a page at `/`;
  and a `logging_config` is obeyed. The original's binaries refuse one: `request_log.py` has it all.
- Left out: SessionService, platforms other than TensorFlow, TLS, CORS, request
  bodies in gzip, padding of inputs of variable length, and default values of a signature's inputs.
"""

from serving.options import BatchingParameters, Limits, Options, RequestLogging, Sample
from serving.start import serve

__all__ = ["BatchingParameters", "Limits", "Options", "RequestLogging", "Sample", "serve"]
