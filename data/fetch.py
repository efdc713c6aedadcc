"""Fetches the data of a task: `python -m data.fetch cifar10 [--archive PATH]`.

Download, verify, unpack, lay out. The result lies in `data/made/<name>/{train,test}/<class>/`,
whole or not at all; an existing folder is left as it is.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from data import archives, folders
from data.checksum import md5_of
from data.cifar10 import CIFAR10
from data.data_set import DataSet
from data.download import download
from data.errors import DataError
from data.imdb import IMDB

DATA_SETS = {data_set.name: data_set for data_set in (CIFAR10, IMDB)}
HERE = Path(__file__).resolve().parent
BAD_INPUT, INTERRUPTED = 2, 130


def ask_for(folder: Path) -> NoReturn:
    """Says how to fetch a folder; the `source` of tasks whose data are too large to come unasked.

    Args:
      folder: `data/made/<name>`, which does not exist.

    Raises:
      DataError: always.
    """
    raise DataError(f"the data are not there yet; this fetches them: make data TASK={folder.name}")


def fetch(data_set: DataSet, root: Path, console: Console, archive: Path | None = None) -> Path:
    """Makes the folder of a data set.

    Args:
      data_set: which.
      root: holds `downloads/` and `made/`.
      console: where to say what is done.
      archive: at hand, to be read instead of a download. It has to have the original's checksum
        if it has the original's name.

    Returns:
      `root/made/<name>`.

    Raises:
      DataError: something that the user can mend.
      OSError: a folder cannot be written.
    """
    folder = root / "made" / data_set.name
    if folder.exists():
        console.print(f"{escape(str(folder))} is there already; remove it to make it anew")
        return folder
    if archive is None:
        archive = _downloaded(data_set, root / "downloads", console)
    else:
        _check_own(data_set, archive, console)
    with Progress(
        TextColumn("unpacking"), BarColumn(), MofNCompleteColumn(), console=console
    ) as progress:
        bar = progress.add_task("", total=data_set.example_count)
        lay_out(data_set, archive, folder, lambda: progress.advance(bar))
    splits = ", ".join(
        f"{count * len(data_set.classes):,} {split}" for split, count in data_set.per_class.items()
    )
    console.print(f"Wrote {escape(str(folder))}: {splits}")
    return folder


def lay_out(
    data_set: DataSet, archive: Path, folder: Path, advance: Callable[[], None] = lambda: None
) -> None:
    """Writes `folder/<split>/<class>/<file>` from an archive of any layout that is known.

    Raises:
      DataError: the archive is broken, refused, of another layout or not complete.
      OSError: the folder cannot be written.
    """
    counts: Counter[str] = Counter()
    with folders.whole(folder) as aside:
        for place, _ in data_set.folders():
            (aside / place).mkdir(parents=True)
        for name, content in archives.files(archive):
            try:
                for path, example in data_set.examples(name, content):
                    with (aside / path).open("xb") as file:
                        file.write(example)
                    counts[path.rpartition("/")[0]] += 1
                    advance()
            except FileExistsError:
                raise DataError(f"{archive}: {name} is in it twice") from None
            except ValueError as error:
                raise DataError(f"{archive}: {name}: {error}") from None
        if not counts:
            raise DataError(
                f"{archive}: holds no {data_set.name}; it must look like {data_set.layouts}"
            )
        for place, count in data_set.folders():
            if counts[place] != count:
                raise DataError(
                    f"{archive}: is not complete: it holds {counts[place]:,} files of {place}, "
                    f"not {count:,}"
                )


def _downloaded(data_set: DataSet, downloads: Path, console: Console) -> Path:
    archive = downloads / data_set.archive_name
    if archive.exists():
        console.print(f"{escape(str(archive))} is there already")
        if md5_of(archive) == data_set.md5:
            return archive
        console.print("but its checksum is wrong; downloading it again")
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console.print(f"Downloading {escape(data_set.url)}")
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=None)

        def report(there: int, total: int | None) -> None:
            progress.update(bar, completed=there, total=total)

        try:
            download(data_set.url, archive, data_set.md5, report)
        except DataError as error:
            own = f"make data TASK={data_set.name} ARCHIVE=PATH"
            raise DataError(f"{error}. If you have the archive: {own}") from None
    return archive


def _check_own(data_set: DataSet, archive: Path, console: Console) -> None:
    if not archive.is_file():
        raise DataError(f"archive = {str(archive)!r}: there is no such file")
    found = md5_of(archive)
    if found == data_set.md5:
        console.print(f"{escape(str(archive))} is the original, by its checksum")
    elif archive.name == data_set.archive_name:
        raise DataError(
            f"{archive}: its checksum is wrong for the original archive (md5 {found}, not "
            f"{data_set.md5}); download it again, or give it another name if it is another one"
        )
    else:
        console.print(f"{escape(str(archive))} is not the original archive; taken by its layout")


def main(argv: list[str] | None = None) -> int:
    """Returns 0 when done, 2 when the user can mend it."""
    parser = argparse.ArgumentParser(
        prog="python -m data.fetch", description="Fetch the data of a task."
    )
    parser.add_argument("name", help=", ".join(DATA_SETS))
    parser.add_argument("--archive", type=Path, help="a file at hand, instead of a download")
    arguments = parser.parse_args(argv)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        if arguments.name not in DATA_SETS:
            raise DataError(f"{arguments.name!r} is not fetched (valid: {', '.join(DATA_SETS)})")
        # Not every shell expands the ~ of ARCHIVE=~/file.
        archive = arguments.archive and arguments.archive.expanduser()
        fetch(DATA_SETS[arguments.name], HERE, console, archive)
    except (DataError, OSError) as error:
        console.print(f"[red]error:[/] {escape(str(error))}")
        return BAD_INPUT
    except KeyboardInterrupt:
        console.print("interrupted; run again to go on from here")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
