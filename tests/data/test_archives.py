"""Archives are read file by file, and refused as a whole where they are not harmless."""

import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest

from data import archives
from data.errors import DataError


def write_tar(path: Path, members: list[tarfile.TarInfo | str], mode: str = "w:gz") -> Path:
    """Writes an archive; a name stands for a file that holds its own name."""
    with tarfile.open(path, mode) as tar:
        for member in members:
            if isinstance(member, str):
                info = tarfile.TarInfo(member)
                info.size = len(member.encode())
                tar.addfile(info, io.BytesIO(member.encode()))
            else:
                tar.addfile(member, io.BytesIO(bytes(member.size)))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def refusal(path: Path, max_bytes: int = archives.MAX_BYTES) -> str:
    with pytest.raises(DataError) as caught:
        list(archives.files(path, max_bytes))
    return str(caught.value)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_every_compression_is_known_by_content(tmp_path: Path, mode: str) -> None:
    """Names and contents come in the archive's order; the file's suffix tells nothing."""
    members = [special("a", tarfile.DIRTYPE), "a/2.txt", "./a/1.txt"]
    archive = write_tar(tmp_path / "archive.zip", members, mode)
    assert list(archives.files(archive)) == [("a/2.txt", b"a/2.txt"), ("a/1.txt", b"./a/1.txt")]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/x", "..", "a\\..\\x"], ids=lambda name: repr(name)
)
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    """The message names the archive and the member, and nothing is written."""
    message = refusal(write_tar(tmp_path / "evil.tar.gz", ["good.txt", name]))
    assert f"evil.tar.gz: refused because of {name!r}: its path leads out" in message
    assert [path.name for path in tmp_path.iterdir()] == ["evil.tar.gz"]


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE],
    ids=["symlink", "hardlink", "character device", "block device", "pipe"],
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    """Whatever they point to, be it inside the archive."""
    archive = write_tar(tmp_path / "evil.tar.gz", ["a/good.txt", special("a/x", kind, "good.txt")])
    assert "'a/x': it is neither a plain file nor a folder" in refusal(archive)


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    """It would unpack to any size from nothing."""
    sparse = special("a/x", tarfile.REGTYPE)
    sparse.pax_headers = {
        "GNU.sparse.map": "0,0",
        "GNU.sparse.size": str(2**50),
        "GNU.sparse.numblocks": "1",
    }
    assert "'a/x': it is neither" in refusal(write_tar(tmp_path / "evil.tar.gz", [sparse]))


def test_a_bomb_ends_at_the_bound(tmp_path: Path) -> None:
    """Ten megabytes of zeros in ten kilobytes are not read to their end."""
    bomb = tarfile.TarInfo("bomb.txt")
    bomb.size = 10_000_000
    archive = write_tar(tmp_path / "bomb.tar.gz", [bomb])
    assert archive.stat().st_size < 20_000
    assert "unpacks to more than any data set has" in refusal(archive, max_bytes=1_000_000)
    assert len(list(archives.files(archive, max_bytes=11_000_000))) == 1


def test_a_bomb_in_a_header_ends_at_the_bound(tmp_path: Path) -> None:
    """The extended header of a member is read into memory before its member is known."""
    info = special("a", tarfile.REGTYPE)
    info.pax_headers = {"comment": "x" * 10_000_000}
    archive = write_tar(tmp_path / "bomb.tar.gz", [info])
    assert "unpacks to more than any data set has" in refusal(archive, max_bytes=1_000_000)


def test_damage_is_said(tmp_path: Path) -> None:
    """A cut archive, a web page, nothing at all and a missing file are each named, not raised."""
    whole = write_tar(tmp_path / "whole.tar.gz", [f"{number}.txt" for number in range(1000)])
    contents = {
        "cut.tar.gz": whole.read_bytes()[:-2000],
        "cut.tar.xz": lzma.compress(gzip.decompress(whole.read_bytes()))[:-500],
        "cut.tar": gzip.decompress(whole.read_bytes())[:5000],
        "page.tar.gz": b"<html>Not found</html>" * 100,
        "changed.tar.gz": whole.read_bytes()[:1000] + b"\0" * 100 + whole.read_bytes()[1100:],
        "empty.tar.gz": b"",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in (*contents, "missing.tar.gz"):
        assert f"{name}: cannot be read as a tar archive: " in refusal(tmp_path / name)
