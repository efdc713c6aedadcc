"""What there is to know of a data set that is fetched."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class DataSet:
    """A data set, its archive, and how the archive's files become the task's input."""

    name: str
    """Of the folder below `data/made/`, and of the task that reads it."""
    url: str
    md5: str
    """Of the original archive, as hexadecimal digits."""
    classes: tuple[str, ...]
    per_class: dict[str, int]
    """Files of each class, by split."""
    layouts: str
    """What an archive may look like inside, in words."""
    examples: Callable[[str, bytes], Iterable[tuple[str, bytes]]]
    """From a file's name and content in the archive to `<split>/<class>/<file>` and content of
    each example that it holds; none for a file that is of no use. Raises `ValueError` where the
    content is not what the name promises."""

    @property
    def archive_name(self) -> str:
        """Of the original."""
        return self.url.rpartition("/")[2]

    @property
    def example_count(self) -> int:
        """Of all splits and classes."""
        return len(self.classes) * sum(self.per_class.values())

    def folders(self) -> Iterator[tuple[str, int]]:
        """Yields `<split>/<class>` and the number of files that belong there."""
        for split, count in self.per_class.items():
            for label in self.classes:
                yield f"{split}/{label}", count
