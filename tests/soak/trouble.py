"""What befalls the servers during one soak, drawn from its seed, as a scenario of the simulator."""

import json
from random import Random
from typing import Any

from kis_actors.simulator.session_clock import hhmmss, second_of_day

START = "08:59:30"
FIRST_FAULT_S, CALM_S = 60, 90
"""After the start, and before the end: the daemon's first minutes, and the time to be whole again."""
GAP_S = (30.0, 90.0)
"""Between the end of one fault and the start of the next."""
HEALING_GAP_S = 75.0
"""Before the last fault, so that what it has to heal is its own: KIS's refusal alone is waited out for 60 s."""
MINUTES = (5, 370)
"""Least and most: a fault and its healing; continuous trading."""

LASTING_S = {
    "ws_silence": 30, "ws_junk": 40, "ws_refuse": 10, "ack_lost": 20, "frame_width": 30, "code_silent": 40,
    "rest_429": 20, "rest_retry_after": 20, "rest_500": 20, "rest_blank": 20, "rest_hang": 20, "rest_reset": 20,
    "rows_stale": 30, "token_refuse": 40,
}  # fmt: skip
"""Faults that last, and how long at most. rest_refuse is left out: it is for a person, who is not there."""
DISPARITY = (-0.078, -0.05)
"""Of the stocks at the previous close: near enough to -0.08 that some cross it, and the rest want to be followed."""
AT_ONCE = ("ws_drop", "ws_close", "ws_oversize", "token_expire")
LAST = "ws_drop"


def scenario_of(seed: int, minutes: int, codes: tuple[str, ...], frames_per_s: int, followed: int) -> str:
    """The text of the scenario file. followed: how many codes share the frames, one trade in each."""
    stream = {"trades_per_min": frames_per_s * 60 // followed, "trades_per_frame": 1}
    random = Random(f"{seed} disparity")
    start = {"disparity": {code: round(random.uniform(*DISPARITY), 4) for code in codes}}
    return json.dumps({"start": start, "stream": stream, "faults": drawn(seed, minutes, codes)})  # which is YAML, too


def drawn(seed: int, minutes: int, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Faults one after another, about one a minute, and at `last_fault_s` a lost link, after which nothing more."""
    random = Random(seed)
    faults, at_s, last_s = [], float(FIRST_FAULT_S), last_fault_s(minutes)
    fault = _fault(random, at_s, codes)
    while (end_s := at_s + fault.get("seconds", 0)) <= last_s - HEALING_GAP_S:
        faults.append(fault)
        at_s = end_s + random.uniform(*GAP_S)
        fault = _fault(random, at_s, codes)
    return [*faults, {"at": _time_at(last_s), "fault": LAST}]


def last_fault_s(minutes: int) -> float:
    """Seconds from the start."""
    return minutes * 60.0 - CALM_S


def _fault(random: Random, at_s: float, codes: tuple[str, ...]) -> dict[str, Any]:
    name = random.choice((*LASTING_S, *AT_ONCE))
    fault: dict[str, Any] = {"at": _time_at(at_s), "fault": name}
    if name in LASTING_S:
        fault["seconds"] = round(random.uniform(3, LASTING_S[name]), 1)
    return fault | ({"code": random.choice(codes)} if name == "code_silent" else {})


def _time_at(after_s: float) -> str:
    text = hhmmss(second_of_day(START) + int(after_s))
    return f"{text[:2]}:{text[2:4]}:{text[4:]}"
