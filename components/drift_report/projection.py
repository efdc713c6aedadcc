"""The space in which embeddings are compared."""

import numpy as np

_COMPONENTS = 64


def project(reference: np.ndarray, current: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Projects embeddings on the principal components of both samples together, half whitened.

    Of both together, because a sample looks wider in its own components than any other sample does:
    in those of a small reference, everything new would have drifted.

    Each component is divided by the square root of its standard deviation: a shift that is plain to
    see in the pixels may lie in components of little variance, one of the classes' mix lies in
    those of much. Whitened wholly or not at all, one of them was missed.

    Args:
      reference: float32 [examples, components], at least two examples.
      current: likewise.

    Returns:
      Both, float32 [examples, at most 64].
    """
    together = np.concatenate([reference, current])
    centre = together.mean(axis=0)
    covariance = np.atleast_2d(np.cov((together - centre).T.astype(np.float64)))
    variances, axes = np.linalg.eigh(covariance)
    variances, axes = variances[::-1][:_COMPONENTS], axes[:, ::-1][:, :_COMPONENTS]
    # Components without variance are rounding errors.
    kept = variances > max(variances[0], 0) * 1e-6
    scaled = axes[:, kept] / variances[kept] ** 0.25 if kept.any() else axes[:, :1]
    first, second = (((side - centre) @ scaled).astype(np.float32) for side in (reference, current))
    return first, second
