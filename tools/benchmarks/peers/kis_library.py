"""python-kis's parser: all of a frame's trades as its own objects. Takes a file of frames, and how many a round is."""

import sys
import time
from pathlib import Path

from pykis.api.websocket.price import KisDomesticRealtimePrice
from pykis.responses.websocket import KisWebsocketResponse

from benchmarks.serving import serve


def parsed(frame: str) -> list[KisDomesticRealtimePrice]:
    """As its `_handle_event` does, up to where it hands the trades on."""
    _, _, count, body = frame.split("|", 3)
    return list(KisWebsocketResponse.parse(body, count=int(count), response_type=KisDomesticRealtimePrice))


def main(path: str, count: str) -> None:
    """Serves rounds."""
    frames = Path(path).read_text("utf-8").splitlines()[: int(count)]
    serve(len(frames), lambda: [parsed(frame) for frame in frames], time.process_time)


if __name__ == "__main__":
    main(*sys.argv[1:])
