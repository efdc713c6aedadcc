"""An archive of any known layout becomes the task's folder, whole or not at all."""

import dataclasses
import io
import os
import pickle
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from data import archives, fetch
from data.checksum import md5_of
from data.cifar10 import CIFAR10, CLASSES
from data.data_set import DataSet
from data.errors import DataError
from data.imdb import IMDB

PROJECT = Path(__file__).resolve().parent.parent.parent
SHARED = PROJECT.parent / "shared" / "data"

SMALL_CIFAR10 = dataclasses.replace(CIFAR10, per_class={"train": 10, "test": 2})
SMALL_IMDB = dataclasses.replace(IMDB, per_class={"train": 2, "test": 1})

REVIEWS = {
    f"aclImdb/{place}.txt": f"A film of {place}.\n".encode()
    for place in (
        "train/pos/0_9",
        "train/pos/1_10",
        "train/neg/0_1",
        "train/neg/1_3",
        "test/pos/0_7",
        "test/neg/0_2",
    )
}
BESIDE_THE_REVIEWS = {
    "aclImdb/README": b"read me",
    "aclImdb/imdb.vocab": b"the",
    "aclImdb/train/unsup/0_0.txt": b"not labelled",
    "aclImdb/train/labeledBow.feat": b"9 0:1",
    "aclImdb/train/urls_pos.txt": b"http://",
}


def write_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def pixels(batch: int) -> np.ndarray:
    return np.random.default_rng(batch).integers(0, 256, (20, 3072), np.uint8)


def batches() -> dict[str, bytes]:
    """Six batches of 20 images, two of each class, beside the archive's other files."""
    names = [f"data_batch_{number}" for number in (4, 2, 3, 1, 5)] + ["test_batch"]
    files = {"batches.meta": b"\x80\x02}.", "readme.html": b"<html>"}
    for number, name in enumerate(names):
        batch = {b"data": pixels(number), b"labels": list(range(10)) * 2}
        files[name] = pickle.dumps(batch, 3)
    return {f"cifar-10-batches-py/{name}": content for name, content in files.items()}


def jpegs() -> dict[str, bytes]:
    """As few images as the small data set has, in folders."""
    file = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(file, "JPEG")
    return {
        f"cifar10/{place}/{number:04}.jpg": file.getvalue()
        for place, count in SMALL_CIFAR10.folders()
        for number in range(count)
    }


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def made(data_set: DataSet, archive: Path, root: Path) -> tuple[dict[str, bytes], str]:
    """Fetches from an archive; returns the files and what was said."""
    said = io.StringIO()
    console = Console(file=said, width=1000, highlight=False)
    folder = fetch.fetch(data_set, root, console, archive)
    return files_below(folder), said.getvalue()


def complaint(data_set: DataSet, archive: Path, root: Path) -> str:
    with pytest.raises(DataError) as caught:
        made(data_set, archive, root)
    assert not root.exists() or list((root / "made").iterdir()) == []
    return str(caught.value)


def test_pickled_batches_become_png_files(tmp_path: Path) -> None:
    """Of each image the pixels and the class; named by batch and index."""
    archive = write_tar(tmp_path / "own.tar.gz", batches())
    files, said = made(SMALL_CIFAR10, archive, tmp_path / "data")
    counts = Counter(os.path.dirname(name) for name in files)
    assert counts == {
        **{f"train/{label}": 10 for label in CLASSES},
        **{f"test/{label}": 2 for label in CLASSES},
    }
    with Image.open(io.BytesIO(files["train/dog/20015.png"])) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (32, 32))
        planes = np.asarray(image).transpose(2, 0, 1).ravel()
    np.testing.assert_array_equal(planes, pixels(1)[15])
    with Image.open(io.BytesIO(files["test/airplane/0010.png"])) as image:
        planes = np.asarray(image).transpose(2, 0, 1).ravel()
    np.testing.assert_array_equal(planes, pixels(5)[10])
    assert "100 train, 20 test" in said


def test_images_in_folders_stay_as_they_are(tmp_path: Path) -> None:
    """Byte by byte, under their own names."""
    images = jpegs()
    files, _ = made(SMALL_CIFAR10, write_tar(tmp_path / "own.tar.gz", images), tmp_path / "data")
    assert files == {name.removeprefix("cifar10/"): content for name, content in images.items()}


def test_labelled_reviews_stay_and_all_else_is_left_out(tmp_path: Path) -> None:
    """The original's other files and its unlabelled reviews leave no trace."""
    archive = write_tar(tmp_path / "own.tar.gz", REVIEWS | BESIDE_THE_REVIEWS)
    files, _ = made(SMALL_IMDB, archive, tmp_path / "data")
    assert files == {name.removeprefix("aclImdb/"): content for name, content in REVIEWS.items()}
    folders = [p for p in (tmp_path / "data/made/imdb").rglob("*") if p.is_dir()]
    assert sorted(p.name for p in folders) == ["neg", "neg", "pos", "pos", "test", "train"]


def test_an_existing_folder_is_left_and_said(tmp_path: Path) -> None:
    """Neither the folder nor the archive is looked at."""
    (tmp_path / "made/imdb").mkdir(parents=True)
    files, said = made(SMALL_IMDB, tmp_path / "missing.tar.gz", tmp_path)
    assert files == {}
    assert "is there already; remove it to make it anew" in said


def test_an_archive_by_the_originals_name_needs_its_checksum(tmp_path: Path) -> None:
    """With the right one it is taken; with a wrong one nothing is laid out."""
    archive = write_tar(tmp_path / "aclImdb_v1.tar.gz", REVIEWS)
    message = complaint(SMALL_IMDB, archive, tmp_path / "data")
    assert "its checksum is wrong for the original archive" in message and IMDB.md5 in message
    original = dataclasses.replace(SMALL_IMDB, md5=md5_of(archive))
    _, said = made(original, archive, tmp_path / "data")
    assert "is the original, by its checksum" in said


def test_an_archive_by_another_name_is_taken_by_its_layout(tmp_path: Path) -> None:
    """And that it was not verified is said."""
    _, said = made(SMALL_IMDB, write_tar(tmp_path / "own.tgz", REVIEWS), tmp_path / "data")
    assert "is not the original archive; taken by its layout" in said


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    """The message says what it must look like."""
    archive = write_tar(tmp_path / "own.tar.gz", REVIEWS)
    message = complaint(SMALL_CIFAR10, archive, tmp_path / "data")
    assert "holds no cifar10; it must look like cifar-10-batches-py/data_batch_1" in message


@pytest.mark.parametrize("gone", ["test/neg/0_2", "train/pos/1_10"])
def test_an_archive_that_lacks_a_file_is_refused(tmp_path: Path, gone: str) -> None:
    """The class and both numbers are named."""
    files = {name: content for name, content in REVIEWS.items() if gone not in name}
    message = complaint(SMALL_IMDB, write_tar(tmp_path / "own.tar.gz", files), tmp_path / "data")
    assert f"files of {os.path.dirname(gone)}, not " in message


def test_a_file_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """`x` and `./x` are the same."""
    files = REVIEWS | {"./aclImdb/test/pos/0_7.txt": b"again"}
    message = complaint(SMALL_IMDB, write_tar(tmp_path / "own.tar.gz", files), tmp_path / "data")
    assert "aclImdb/test/pos/0_7.txt is in it twice" in message


def test_a_malicious_member_behind_good_ones_leaves_nothing(tmp_path: Path) -> None:
    """The folder is made whole or not at all."""
    files = REVIEWS | {"aclImdb/../../../evil.txt": b"evil"}
    message = complaint(SMALL_IMDB, write_tar(tmp_path / "own.tar.gz", files), tmp_path / "data")
    assert "its path leads out of the archive" in message
    assert not list(tmp_path.rglob("evil*"))


class Command:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


def test_a_malicious_pickle_is_refused_by_name(tmp_path: Path) -> None:
    """The batch and the call are named; nothing is called, nothing is left."""
    evil = {"cifar-10-batches-py/test_batch": pickle.dumps(Command(tmp_path / "called"), 2)}
    archive = write_tar(tmp_path / "own.tar.gz", batches() | evil)
    message = complaint(SMALL_CIFAR10, archive, tmp_path / "data")
    assert "test_batch: not a batch of CIFAR-10" in message and "mkdir" in message
    assert not (tmp_path / "called").exists()


def test_a_download_that_is_there_is_used(tmp_path: Path) -> None:
    """A verified archive in downloads/ needs no network."""
    (tmp_path / "downloads").mkdir()
    archive = write_tar(tmp_path / "downloads/aclImdb_v1.tar.gz", REVIEWS)
    data_set = dataclasses.replace(
        SMALL_IMDB, md5=md5_of(archive), url="http://127.0.0.1:1/aclImdb_v1.tar.gz"
    )
    folder = fetch.fetch(data_set, tmp_path, Console(file=io.StringIO()))
    assert len(files_below(folder)) == len(REVIEWS)


def test_without_a_network_the_way_around_is_said(tmp_path: Path) -> None:
    """A damaged archive in downloads/ is not used either."""
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/aclImdb_v1.tar.gz").write_bytes(b"damaged")
    data_set = dataclasses.replace(SMALL_IMDB, url="http://127.0.0.1:1/aclImdb_v1.tar.gz")
    with pytest.raises(DataError) as caught:
        fetch.fetch(data_set, tmp_path, Console(file=io.StringIO()))
    assert "cannot be reached" in str(caught.value)
    assert "If you have the archive: make data TASK=imdb ARCHIVE=PATH" in str(caught.value)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["birds"], "'birds' is not fetched (valid: cifar10, imdb)"),
        (["imdb", "--archive", "nowhere.tar.gz"], "'nowhere.tar.gz': there is no such file"),
        (["imdb", "--archive", "page.tar.gz"], "page.tar.gz: cannot be read as a tar archive"),
        (["imdb", "--archive", "~/page.tar.gz"], "page.tar.gz: cannot be read as a tar archive"),
    ],
)
def test_the_command_says_what_is_wrong_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """And ends with 2, without a traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(fetch, "HERE", tmp_path)
    Path("page.tar.gz").write_text("<html>")
    assert fetch.main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert sum(line.startswith("error: ") for line in error.splitlines()) == 1


def test_make_data_passes_task_and_archive_on(tmp_path: Path) -> None:
    """A path with a space stays one argument."""
    command = ["make", "--dry-run", "data", "TASK=imdb", "ARCHIVE=a b.tar"]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert '-m data.fetch imdb --archive "a b.tar"' in told.stdout


def test_fetching_needs_no_tensorflow() -> None:
    """The command is there in a second, and `data/` knows neither pipeline nor components."""
    code = "import sys, data.fetch; print(*{name.split('.')[0] for name in sys.modules})"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert not {"tensorflow", "pipeline", "components"} & set(told.stdout.split())


@pytest.mark.parametrize(
    ("data_set", "name"), [(CIFAR10, "cifar10.tar.xz"), (IMDB, "aclImdb.tar.xz")]
)
def test_the_archives_at_hand_have_a_known_layout(data_set: DataSet, name: str) -> None:
    """Their first files are examples of the data set."""
    if not (SHARED / name).exists():
        pytest.skip(f"{name} is not beside this project")
    places = {place for place, _ in data_set.folders()}
    found = []
    for member, content in archives.files(SHARED / name):
        found += [os.path.dirname(path) for path, _ in data_set.examples(member, content)]
        if len(found) == 100:
            break
    assert set(found) <= places and len(found) == 100
