"""Sends requests over connections that stay open, and measures: in a process of its own.

    python _load.py HOST PORT FILE REQUESTS CONNECTIONS [SECONDS]

FILE holds whole requests, each after its length in 4 bytes; they are sent in turn, and after
SECONDS no more. Prints a line of JSON: seconds, the sorted latencies in microseconds, how often
which status came, and how often which version answered, where the server says so; status 0 is a
connection that broke, which is opened again.
"""

import asyncio
import json
import struct
import sys
import time
from array import array
from collections import Counter
from pathlib import Path


class Load:
    """What is still to be sent, and what has come back."""

    def __init__(self, requests: list[bytes], total: int, seconds: float) -> None:
        """Takes the requests, how many are to be sent in all, and for how long at most."""
        self._requests, self._left = requests, total
        self._end = time.perf_counter() + seconds
        self.latencies, self.statuses = array("I"), Counter[int]()
        self.versions = Counter[str]()

    async def send(self, host: str, port: int) -> None:
        """Sends one request after the other, until none is left."""
        while self._goes_on():
            try:
                reader, writer = await asyncio.open_connection(host, port)
                while self._goes_on():
                    self._left -= 1
                    await self._exchange(reader, writer)
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                self.statuses[0] += 1

    def _goes_on(self) -> bool:
        return bool(self._left) and time.perf_counter() < self._end

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began = time.perf_counter_ns()
        writer.write(self._requests[self._left % len(self._requests)])
        header = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = header.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        self.latencies.append((time.perf_counter_ns() - began) // 1000)
        self.statuses[int(header.split(None, 2)[1])] += 1
        version = header.partition(b"model-version:")[2].partition(b"\r\n")[0]
        if version:
            self.versions[version.strip().decode()] += 1


async def main(
    host: str, port: str, file: str, total: str, connections: str, seconds: str = "inf"
) -> None:
    """Sends, and prints what was measured."""
    content, requests, start = Path(file).read_bytes(), [], 0
    while start < len(content):
        (size,) = struct.unpack_from(">I", content, start)
        requests.append(content[start + 4 : start + 4 + size])
        start += 4 + size
    load = Load(requests, int(total), float(seconds))
    began = time.perf_counter()
    await asyncio.gather(*(load.send(host, int(port)) for _ in range(int(connections))))
    found = {
        "seconds": time.perf_counter() - began,
        "latencies": sorted(load.latencies),
        "statuses": load.statuses,
        "versions": load.versions,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
