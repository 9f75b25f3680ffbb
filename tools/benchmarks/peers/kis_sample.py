"""The method of KIS's own sample: a pandas frame for each frame of the socket, every field text, one `read_csv` each.

It knows the columns of one trade only: of several in a frame it keeps the last, which is not held against it here.
Takes a file of frames, and how many a round is.
"""

import sys
import time
from io import StringIO
from pathlib import Path

import pandas

from benchmarks.serving import serve
from kis_actors.kis.feeds import TRADE_COLUMNS, TRADE_COLUMNS_MIN

NAMES = list(TRADE_COLUMNS[:TRADE_COLUMNS_MIN])


def parsed(frame: str) -> pandas.DataFrame:
    """The fields behind the last bar, by their names."""
    return pandas.read_csv(StringIO(frame.split("|")[3]), header=None, sep="^", names=NAMES, dtype=object)


def main(path: str, count: str) -> None:
    """Serves rounds."""
    frames = Path(path).read_text("utf-8").splitlines()[: int(count)]
    serve(len(frames), lambda: [parsed(frame) for frame in frames], time.process_time)


if __name__ == "__main__":
    main(*sys.argv[1:])
