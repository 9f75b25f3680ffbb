"""python-kis on a socket: `WebSocketApp` as it uses it, and its parser. Takes an address and how many frames come."""

import sys
from typing import Any

from websocket import WebSocketApp

from benchmarks.peers.kis_library import parsed
from benchmarks.serving import serve


def read_all(url: str) -> None:
    """Until the server has said all."""

    def heard(_: Any, text: str) -> None:
        parsed(text)

    WebSocketApp(url, on_message=heard).run_forever()


def main(url: str, count: str) -> None:
    """Serves rounds."""
    serve(int(count), lambda: read_all(url))


if __name__ == "__main__":
    main(*sys.argv[1:])
