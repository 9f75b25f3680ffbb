"""KIS's own sample on a socket: its library websockets, its parser. Takes an address and how many frames come."""

import asyncio
import sys

import websockets

from benchmarks.peers.kis_sample import parsed
from benchmarks.serving import serve


async def read_all(url: str) -> None:
    """Until the server has said all."""
    async with websockets.connect(url) as socket:
        async for frame in socket:
            parsed(str(frame))


def main(url: str, count: str) -> None:
    """Serves rounds."""
    serve(int(count), lambda: asyncio.run(read_all(url)))


if __name__ == "__main__":
    main(*sys.argv[1:])
