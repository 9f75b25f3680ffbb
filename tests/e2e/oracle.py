"""Which crossings a log's trades contain, worked out in the plainest way, sharing no code with the product."""

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

THRESHOLD = -0.08
REARM = 0.005
MA_DAYS = 25


class Cross(NamedTuple):
    """A first trade below the line."""

    code: str
    time: str
    price: int


def crossings(path: Path) -> list[Cross]:
    """In the order of the log."""
    closes: dict[str, list[int]] = {}
    is_armed: dict[str, bool] = {}
    is_session = False
    found: list[Cross] = []
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        for kind, payload in connection.execute("select type, payload from events order by seq"):
            data = json.loads(payload)
            if kind == "BaselineLoaded":
                closes[data["code"]] = data["closes_won"][-(MA_DAYS - 1) :]
            elif kind in ("SessionOpened", "SessionClosed"):
                is_session = kind == "SessionOpened"
            elif kind == "FrameReceived" and not data["text"].startswith("{") and is_session:
                found += _in_frame(data["text"], closes, is_armed)
    return found


def _in_frame(text: str, closes: dict[str, list[int]], is_armed: dict[str, bool]) -> list[Cross]:
    _, _, count, body = text.split("|", 3)
    fields = body.split("^")
    width = len(fields) // int(count)
    found = []
    for start in range(0, len(fields), width):
        code, time, price = fields[start], fields[start + 1], int(fields[start + 2])
        if code not in closes or fields[start + 43] != "0":
            continue
        disparity = round(price / ((sum(closes[code]) + price) / MA_DAYS) - 1, 12)
        if disparity <= THRESHOLD and is_armed.get(code, True):
            is_armed[code] = False
            found.append(Cross(code, time, price))
        elif disparity > THRESHOLD + REARM:
            is_armed[code] = True
    return found
