"""A folder that appears whole or not at all."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Yields an empty sibling folder to fill; it becomes `folder` when the block succeeds.

    On an exception the sibling is removed; after a kill it stays behind under a hidden name that
    nobody reads. When another process has made `folder` in the meantime, that one stays.

    Raises:
      OSError: the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.parent / f".{folder.name}-{uuid.uuid4().hex}"
    aside.mkdir()
    try:
        yield aside
        try:
            os.rename(aside, folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
