"""How KIS writes a code, a date, a whole number and a percentage; the same on the WebSocket and in REST answers."""

import re
from collections.abc import Mapping

CODE = re.compile(r"[0-9A-Z]{6,9}")
"""Six characters for a stock, letters among them (0126Z0); KIS leaves room for nine."""

DATE = re.compile(r"[0-9]{8}")

WHOLE_DIGITS = 18
"""More than any turnover has, and what 64 bits can store."""
WHOLE = re.compile(rf"[0-9]{{1,{WHOLE_DIGITS}}}")

PERCENT = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{1,6})?")


def ratio_of_percent(text: str) -> float | None:
    """The fraction that a percentage means, the closest float to it: "2.64" is 0.0264. None if it is not one."""
    if not PERCENT.fullmatch(text):
        return None
    return float(text + "e-2") + 0.0  # a division by 100 may be off by a bit; the sum makes -0.0 plain


def whole_in(row: Mapping[str, str], name: str) -> int:
    """The whole number under `name` in a row of an answer; 0 if there is none."""
    text = row.get(name, "").strip()
    return int(text) if len(text) <= WHOLE_DIGITS and text.isdigit() and text.isascii() else 0
