"""Claims about pushing a folder as a version."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from components import atomic_push
from components.atomic_push import push, versions
from components.errors import InputError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(tmp_path: Path) -> str:
    return make_model(tmp_path / "model", b"first")


def make_model(folder: Path, weights: bytes) -> str:
    (folder / "variables").mkdir(parents=True)
    (folder / "assets").mkdir()
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "variables" / "variables.data").write_bytes(weights)
    (folder / "assets" / "vocabulary").write_text("a\nb\n")
    return str(folder)


def content(folder: str | Path) -> dict[str, bytes]:
    root = Path(folder)
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def hidden(base: Path) -> list[str]:
    return sorted(p.name for p in base.iterdir() if p.name.startswith((".incoming", ".outgoing")))


def test_pushes_every_file_under_the_unix_time_and_creates_the_base(model, tmp_path):
    """A push makes the base and a version named by the second, with exactly the source's files."""
    base = tmp_path / "not" / "yet"
    before = int(time.time())
    path = push(model, str(base))
    assert Path(path).parent == base
    assert before <= int(Path(path).name) <= time.time()
    assert content(path) == content(model)
    assert hidden(base) == []


def test_no_version_is_visible_before_all_files_are_there(model, tmp_path, monkeypatch):
    """While files are copied, no name in the base is a number."""
    base = tmp_path / "serving"
    seen = []
    copy = atomic_push.fileio.copy

    def watch(source, target):
        copy(source, target)
        seen.append([name for name in os.listdir(base) if name.isdigit()])

    monkeypatch.setattr(atomic_push.fileio, "copy", watch)
    push(model, str(base))
    assert seen == [[], [], []]


def test_a_failed_copy_leaves_no_version_and_the_next_push_cleans_up(model, tmp_path, monkeypatch):
    """An error in mid-copy is an InputError; its hidden leftovers go with the next push."""
    base = tmp_path / "serving"
    copy = atomic_push.fileio.copy
    with monkeypatch.context() as patch:

        def fail(source, target):
            if source.endswith("saved_model.pb"):
                raise OSError(28, "No space left on device")
            copy(source, target)

        patch.setattr(atomic_push.fileio, "copy", fail)
        with pytest.raises(InputError, match=r"serving.*No space left on device"):
            push(model, str(base))
    assert versions(str(base)) == []
    assert len(hidden(base)) == 1
    path = push(model, str(base))
    assert hidden(base) == []
    assert content(path) == content(model)


def test_kill_9_in_mid_copy_leaves_no_version_and_no_lock(model, tmp_path):
    """A killed push leaves only a hidden folder, and the next push is not held up by its lock."""
    base = tmp_path / "serving"
    script = """
import os, signal, sys
from components import atomic_push
copy = atomic_push.fileio.copy
def copy_and_die(source, target):
    copy(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
atomic_push.fileio.copy = copy_and_die
atomic_push.push(sys.argv[1], sys.argv[2])
"""
    command = [sys.executable, "-c", script, model, str(base)]
    killed = subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert versions(str(base)) == []
    assert len(hidden(base)) == 1
    path = push(model, str(base))
    assert hidden(base) == []
    assert content(path) == content(model)


def test_two_models_in_the_same_second_get_two_versions(model, tmp_path, monkeypatch):
    """Versions never clash: the second model of a second gets the next number."""
    base = str(tmp_path / "serving")
    monkeypatch.setattr(atomic_push.time, "time", lambda: 1_700_000_000.9)
    other = make_model(tmp_path / "other", b"second")
    assert push(model, base).endswith("/1700000000")
    assert push(other, base).endswith("/1700000001")
    assert versions(base) == [1_700_000_000, 1_700_000_001]


def test_a_version_exceeds_all_others_even_when_the_clock_goes_back(model, tmp_path):
    """The newest model has the highest number, as TensorFlow Serving serves the highest."""
    base = tmp_path / "serving"
    (base / "99999999999").mkdir(parents=True)
    (base / "notes").mkdir()
    assert push(model, str(base)).endswith("/100000000000")


def test_the_newest_version_is_reused_when_it_holds_the_same_files(model, tmp_path, monkeypatch):
    """Pushing the same content again returns the version that is there."""
    base = str(tmp_path / "serving")
    first = push(model, base)
    assert push(model, base) == first
    assert versions(base) == [int(Path(first).name)]


@pytest.mark.parametrize("change", ["content", "longer", "empty", "more", "fewer"])
def test_any_difference_makes_a_new_version(model, tmp_path, change):
    """A changed, longer, emptied, additional or missing file is a different model."""
    base = str(tmp_path / "serving")
    first = Path(push(model, base))
    weights = Path(model) / "variables" / "variables.data"
    match change:
        case "content":
            weights.write_bytes(b"FIRST")
        case "longer":
            weights.write_bytes(b"first and more")
        case "empty":
            weights.write_bytes(b"")
        case "more":
            (Path(model) / "fingerprint.pb").write_bytes(b"1")
        case "fewer":
            weights.unlink()
    second = Path(push(model, base))
    assert int(second.name) > int(first.name)
    assert content(second) == content(model)


def test_an_older_version_with_the_same_content_is_not_reused(model, tmp_path):
    """Pushing an old model again makes it the newest, which puts it into service."""
    base = str(tmp_path / "serving")
    first = push(model, base)
    second = push(make_model(tmp_path / "other", b"second"), base)
    third = push(model, base)
    assert int(Path(third).name) > int(Path(second).name) > int(Path(first).name)


def test_a_named_version_is_replaced_by_other_content(model, tmp_path):
    """A push to a version that exists leaves exactly the new files under it."""
    base = str(tmp_path / "tflite")
    push(model, base, "17")
    (Path(model) / "variables" / "variables.data").unlink()
    path = push(model, base, "17")
    assert Path(path) == tmp_path / "tflite" / "17"
    assert content(path) == content(model)
    assert versions(base) == [17]
    assert hidden(tmp_path / "tflite") == []


def test_pushes_at_the_same_time_do_not_harm_each_other(tmp_path):
    """Four pushes at once make four whole versions."""
    base = str(tmp_path / "serving")
    models = [make_model(tmp_path / f"model{i}", bytes([i]) * 1000) for i in range(4)]
    threads = [threading.Thread(target=push, args=(model, base)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pushed = [content(Path(base, str(version))) for version in versions(base)]
    expected = [content(model) for model in models]
    assert sorted(map(repr, pushed)) == sorted(map(repr, expected))


def test_a_base_that_cannot_be_made_is_a_clear_error(model, tmp_path):
    """A file in the place of the base is named in the message."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=f"cannot push to {tmp_path}/file/serving: .*directory"):
        push(model, str(tmp_path / "file" / "serving"))


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_source_is_refused(tmp_path, exists):
    """A folder without files, or no folder, never becomes a version."""
    source = tmp_path / "empty"
    if exists:
        source.mkdir()
    with pytest.raises(ValueError, match="empty"):
        push(str(source), str(tmp_path / "serving"))
    assert not (tmp_path / "serving").exists()


def test_an_object_store_gets_the_graph_last(model, monkeypatch):
    """Without a rename, the file by which a model is recognised is copied after all others."""
    copied = []
    copy = atomic_push.fileio.copy

    def watch(source, target):
        copy(source, target)
        copied.append(os.path.relpath(source, model))

    monkeypatch.setattr(atomic_push.fileio, "copy", watch)
    path = push(model, "ram://serving/digits")
    assert path.startswith("ram://serving/digits/")
    assert copied == ["assets/vocabulary", "variables/variables.data", "saved_model.pb"]
    assert versions("ram://serving/digits") == [int(path.rpartition("/")[2])]
    assert push(model, "ram://serving/digits") == path
