"""Downloads a file, whole and checked or not at all, going on where an earlier try ended."""

import fcntl
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO

from data.checksum import md5_of
from data.errors import DataError

TIMEOUT = 30.0
"""Seconds without a byte."""
CUTS = 5
"""So often the connection may break before the download is given up."""

_CHUNK = 1 << 16
_OK, _PARTIAL, _NOTHING_LEFT = 200, 206, 416

Report = Callable[[int, int | None], None]
"""Is told the bytes that are there, and those of the whole file where the server says so."""


def download(url: str, target: Path, md5: str, report: Report, pause: float = 1.0) -> None:
    """Downloads `url` to `target`.

    What has come is kept in `<target>.part`, also after a kill, and the next call goes on from
    there if the server can. A file with the wrong checksum ends as `<target>.broken`.

    Args:
      url: http or https.
      target: appears, or is replaced, only when the checksum is right.
      md5: hexadecimal digits.
      report: called after every chunk.
      pause: seconds before trying again after a broken connection.

    Raises:
      DataError: the server cannot be reached, refuses or keeps breaking off; the checksum is
        wrong; another process downloads to the same place.
      OSError: the folder cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with part.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataError(f"{part}: another download writes there; wait for it") from None
        for cut in range(1, CUTS + 1):
            broken = _transfer(url, file, report)
            if not broken:
                break
            if cut == CUTS:
                kept = f"{os.path.getsize(part) / 1e6:.1f} MB are kept in {part}"
                raise DataError(f"{url}: {broken}; {kept}, and another try goes on from there")
            time.sleep(pause)
        _accept(url, part, target, md5)


def _transfer(url: str, file: BinaryIO, report: Report) -> str:
    """Appends what is missing; returns why that broke off, or nothing when all is there."""
    there = file.seek(0, os.SEEK_END)
    headers = {"Range": f"bytes={there}-"} if there else {}
    try:
        response = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=TIMEOUT
        )
    except urllib.error.HTTPError as error:
        with error:
            if there and error.code == _NOTHING_LEFT:
                return ""
            raise DataError(f"{url}: the server says {error.code} {error.reason}") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"{url}: cannot be reached: {reason}") from None
    with response:
        if _start(response) != there:
            file.truncate(0)
            there = 0
            if response.status == _PARTIAL:
                return "the server sent another part than it was asked for"
        total = None if response.length is None else there + response.length
        report(there, total)
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, HTTPException) as error:
                return f"the connection broke off: {error or type(error).__name__}"
            if not chunk:
                break
            file.write(chunk)
            file.flush()
            there += len(chunk)
            report(there, total)
    return "the connection broke off" if total is not None and there < total else ""


def _start(response: HTTPResponse) -> int:
    """Returns the byte of the file with which the answer begins; -1 if that is not to be known."""
    if response.status == _OK:
        return 0
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _accept(url: str, part: Path, target: Path, md5: str) -> None:
    found = md5_of(part)
    if found == md5:
        os.replace(part, target)
        return
    broken = target.with_name(f"{target.name}.broken")
    os.replace(part, broken)
    raise DataError(
        f"{url}: the checksum of what came is wrong (md5 {found}, not {md5}); "
        f"it lies in {broken}, and another try begins afresh"
    )
