"""What a user can mend ends with exit code 2, a clear message, and no traceback."""

import fcntl
import os
import shutil
import sqlite3
import struct
import subprocess
import zlib

import pytest

pytestmark = pytest.mark.e2e

TASK = """from pipeline.task import *

TASK = Task(name={name!r}, data={data}, features={features}, model=Model(name={model!r}){more})
"""


@pytest.fixture
def refused(project):
    """Runs a task and returns the message with which it is refused."""

    def run(data, kind="image", name="bad", model=None, more=""):
        features = "ImageFeatures()" if kind == "image" else "TextFeatures()"
        model = model or {"image": "residual_cnn", "text": "text_cnn"}[kind]
        source = TASK.format(name=name, data=data, features=features, model=model, more=more)
        (project.root / f"pipeline/tasks/{name}.py").write_text(source)
        outcome = project.run("run", name)
        assert outcome.code == 2, outcome.output
        assert "Traceback" not in outcome.output
        assert "error: " in outcome.output
        assert project.versions(name) == []
        return outcome.output

    return run


@pytest.fixture
def images(project, tmp_path):
    """A folder of good images, to be spoiled; and the data setting that reads it."""
    folder = tmp_path / "images"
    shutil.copytree(project.root / "data/tiny_images", folder)
    return folder, f"ImageData(path={str(folder)!r}, max_broken_share=0)"


@pytest.fixture
def table(tmp_path):
    """Returns a function that writes a table and returns the data setting that reads it."""

    def write(content):
        path = tmp_path / "reviews.csv"
        path.write_bytes(content)
        return f"TextData(path={str(path)!r}, max_broken_share=0)"

    return write


def png(width, height):
    """Returns a PNG of zeros that is far smaller than its pixels."""

    def chunk(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * height), 9)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_a_missing_folder(refused, tmp_path):
    message = refused(f"ImageData(path={str(tmp_path / 'nothing')!r})")
    assert "nothing" in message


def test_an_empty_folder(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty" in refused(f"ImageData(path={str(tmp_path / 'empty')!r})")


def test_a_folder_with_one_class(refused, images):
    folder, data = images
    for label in "123":
        shutil.rmtree(folder / label)
    message = refused(data)
    assert "one class" in message
    assert "'0'" in message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("truncated.jpg", None),
        ("text.png", b"these are not pixels"),
        ("nothing.png", b""),
        ("bomb.png", png(20_000, 20_000)),
    ],
)
def test_a_broken_image_above_the_share_that_the_task_sets(refused, images, name, content):
    from io import BytesIO

    from PIL import Image

    folder, data = images
    if content is None:
        whole = BytesIO()
        Image.effect_noise((64, 64), 50).save(whole, "JPEG")
        content = whole.getvalue()[:-500]
    (folder / "0" / name).write_bytes(content)
    message = refused(data)
    assert f"0/{name}: " in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"texts,label\nx y,a\nz w,b\n", ["'text'", "texts", "label"]),
        (b'text,label\n"x y,a\nz w,b\n', ["reviews.csv", "quote"]),
        (b"text,label\nx y,a\nz \xff\xfe w,b\n", ["reviews.csv", "UTF-8"]),
        (b"", ["reviews.csv", "empty"]),
    ],
)
def test_a_broken_table(refused, table, content, words):
    message = refused(table(content), kind="text")
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "resnet"}, ["'resnet'", "residual_cnn"]),
        ({"more": ", training=Training(epochs=-3)"}, ["Training.epochs = -3", "greater"]),
        ({"more": ", training=Training(epoch=3)"}, ["Training.epoch", "'epochs'"]),
    ],
)
def test_a_broken_task(refused, images, settings, words):
    message = refused(images[1], **settings)
    for word in ["tasks/bad.py", *words]:
        assert word in message


def run_in(project, runs):
    command = [shutil.which("python", path=project.environment()["PATH"]), "-m", "pipeline"]
    return subprocess.run(
        [*command, "run", "tiny_images"],
        cwd=project.root,
        env=project.environment() | {"PIPELINE_RUNS": str(runs)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def mounted(tmp_path):
    """Returns a function that mounts a small file system; needs the right to do so."""
    folders = []

    def mount(options):
        folder = tmp_path / "mounted"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if os.getuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting a file system takes rights that this user lacks")
        folders.append(folder)
        return folder

    yield mount
    for folder in folders:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_read_only_output_folder(project, mounted):
    done = run_in(project, mounted("ro"))
    assert done.returncode == 2, done.stderr
    assert "cannot write there: Read-only file system" in done.stderr


def test_a_full_output_folder(project, mounted):
    done = run_in(project, mounted("size=1m"))
    assert done.returncode == 2, done.stderr
    assert "are free; a run needs at least" in done.stderr


def test_an_output_folder_that_fills_up_during_the_run(project, mounted):
    runs = mounted("size=210m")
    filler = runs / "filler"
    os.posix_fallocate(os.open(filler, os.O_CREAT | os.O_WRONLY), 0, 5 * 2**20)
    process = subprocess.Popen(
        ["python", "-m", "pipeline", "run", "tiny_images"],
        cwd=project.root,
        env=project.environment() | {"PIPELINE_RUNS": str(runs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    first = process.stdout.readline()
    free = os.statvfs(runs)
    with filler.open("ab") as file:
        os.posix_fallocate(file.fileno(), filler.stat().st_size, free.f_bavail * free.f_frsize)
    rest = process.communicate(timeout=300)[0]
    assert process.returncode == 2, first + rest
    assert "No space left on device" in rest
    assert "Traceback" not in rest


def test_metadata_that_another_program_has_locked(project):
    metadata = project.root / "runs/tiny_images/metadata.sqlite"
    metadata.parent.mkdir(parents=True, exist_ok=True)
    holder = sqlite3.connect(metadata, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    outcome = project.run("run", "tiny_images")
    holder.close()
    assert outcome.code == 2, outcome.output
    assert "metadata.sqlite: database is locked" in outcome.output


def test_another_run_of_the_same_task(project):
    lock = project.root / "runs/tiny_images/.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        outcome = project.run("run", "tiny_images")
    assert outcome.code == 2
    assert "another run of tiny_images is going on" in outcome.output
