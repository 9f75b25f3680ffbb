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
    is_session, now, codes = False, "", []
    volumes: dict[str, int] = {}
    found: list[Cross] = []
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        for kind, payload in connection.execute("select type, payload from events order by seq"):
            data = json.loads(payload)
            if kind == "BaselineLoaded":
                closes[data["code"]] = data["closes_won"][-(MA_DAYS - 1) :]
            elif kind == "ClockTicked":
                now = data["now"][11:19].replace(":", "")
            elif kind == "UniverseLoaded":
                codes = [stock["code"] for stock in data["stocks"]]
            elif kind in ("SessionOpened", "SessionClosed"):
                is_session = kind == "SessionOpened"
            elif kind == "FrameReceived" and not data["text"].startswith("{") and is_session:
                found += _in_frame(data["text"], closes, is_armed, volumes)
            elif kind == "ScanReturned" and is_session:
                found += _in_scan(data["rows"], codes, closes, is_armed, volumes, now)
    return found


def _in_scan(
    rows: dict[str, list[list[str]]], codes: list[str], closes: dict[str, list[int]], is_armed: dict[str, bool],
    volumes: dict[str, int], now: str,
) -> list[Cross]:  # fmt: skip
    found = []
    for values in rows["values"]:
        row = dict(zip(rows["columns"], values, strict=True))
        code, volume = row["inter_shrn_iscd"], int(row["acml_vol"] or 0)
        if code in codes and row["hour_cls_code"] == "0" and 0 < volume >= volumes.get(code, 0):
            found += _judged(code, now, int(row["inter2_prpr"]), closes, is_armed)
    return found


def _in_frame(
    text: str, closes: dict[str, list[int]], is_armed: dict[str, bool], volumes: dict[str, int]
) -> list[Cross]:
    _, _, count, body = text.split("|", 3)
    fields = body.split("^")
    width = len(fields) // int(count)
    found = []
    for start in range(0, len(fields), width):
        code, time, price = fields[start], fields[start + 1], int(fields[start + 2])
        if fields[start + 43] == "0":
            volumes[code] = int(fields[start + 13])
            found += _judged(code, time, price, closes, is_armed)
    return found


def _judged(
    code: str, time: str, price: int, closes: dict[str, list[int]], is_armed: dict[str, bool]
) -> list[Cross]:
    if code not in closes:
        return []
    disparity = round(price / ((sum(closes[code]) + price) / MA_DAYS) - 1, 12)
    if disparity <= THRESHOLD and is_armed.get(code, True):
        is_armed[code] = False
        return [Cross(code, time, price)]
    if disparity > THRESHOLD + REARM:
        is_armed[code] = True
    return []
