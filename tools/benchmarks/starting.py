"""A start after a death, up to where every actor has its state; a process of its own, which ends as it found things.

`python -m benchmarks.starting DATA_DIR` says how many seconds it took, its own start apart.
"""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.frames import DAY
from kis_actors.cores import CORES
from kis_actors.day_files import open_day


def main(data_dir: str) -> None:
    """Ends without closing anything, so that the next start is after a death too."""
    began_s = time.perf_counter()
    open_day(Path(data_dir), DAY, CORES, "full")
    print(json.dumps(time.perf_counter() - began_s), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
