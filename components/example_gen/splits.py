"""Which split an example belongs to: by its folder's or file's name, else by its content.

The content is hashed, so identical examples always land in one split, on every machine and in
every run, however their files are called.
"""

import bisect
import hashlib
import itertools
from collections.abc import Mapping

SPLITS = ("train", "eval", "test")

_NAMES = {
    "train": "train",
    "eval": "eval",
    "val": "eval",
    "valid": "eval",
    "validation": "eval",
    "test": "test",
}


def split_of_name(name: str) -> str | None:
    """Returns the split that a folder or a table of this name holds; None for any other name."""
    return _NAMES.get(name.casefold())


def content_digest(content: bytes) -> bytes:
    """Returns 32 bytes that depend on nothing but the content."""
    return hashlib.sha256(content).digest()


def shares_of(
    ready: str | None, ready_splits: tuple[str, ...], shares: Mapping[str, int]
) -> dict[str, int]:
    """Returns the splits among which the content decides, with their shares.

    Args:
      ready: the ready-made split of the example; None where there are none.
      ready_splits: all ready-made splits. What is missing of them is cut from train.
      shares: of train, eval and test; or of other splits, for which ready-made ones are pooled.

    Returns:
      The shares of one or more splits; only their proportion matters.
    """
    if set(shares) != set(SPLITS):
        return dict(shares)
    if ready is None:
        return {split: shares[split] for split in SPLITS}
    if ready != "train":
        return {ready: shares[ready]}
    cut = [split for split in SPLITS if split == "train" or split not in ready_splits]
    return {split: shares[split] for split in cut}


def choose(digest: bytes, shares: Mapping[str, int]) -> str:
    """Returns the split of a digest.

    Args:
      digest: of `content_digest`.
      shares: positive whole numbers by split.
    """
    bounds = list(itertools.accumulate(shares.values()))
    bucket = int.from_bytes(digest[:8], "big") % bounds[-1]
    return list(shares)[bisect.bisect(bounds, bucket)]
