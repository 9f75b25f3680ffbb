"""What the servers fail at, and when; a fault is looked up where it would bite."""

from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from kis_actors.simulator import refusals
from kis_actors.simulator.commands import TEXTS
from kis_actors.simulator.session_clock import second_of_day

TimeOfDay = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$")]
FaultName = Literal[
    "ws_drop", "ws_close", "ws_silence", "ws_refuse", "ws_junk", "ws_oversize", "ack_lost", "frame_width",
    "code_silent", "rest_429", "rest_500", "rest_hang", "rest_reset", "rest_blank", "rest_retry_after", "rest_refuse",
    "rows_stale", "token_expire", "token_refuse",
]  # fmt: skip

_TAKEN_BY: dict[str, tuple[FaultName, ...]] = {
    "answer": ("ws_refuse", "rest_refuse", "token_refuse"),
    "columns": ("frame_width",),
    "code": ("code_silent",),
    "wait": ("rest_retry_after",),
}
"""Which faults take which parameter."""

_USUAL: dict[FaultName, tuple[str, object]] = {
    "ws_refuse": ("answer", "OPSP0007"),
    "rest_refuse": ("answer", "EGW00304"),
    "token_refuse": ("answer", "EGW00133"),
    "frame_width": ("columns", 48),
    "rest_retry_after": ("wait", 3),
}
"""The parameter of a fault that does not say otherwise."""


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One failure of the servers.

    seconds: how long, for those that last. answer: KIS's code of a refusal. columns: how many each trade record has.
    code: the stock whose trades are not delivered. wait: the Retry-After, in seconds.
    """

    at: TimeOfDay
    fault: FaultName
    seconds: Annotated[float, Meta(ge=0)] = 10.0
    answer: str = ""
    columns: Annotated[int, Meta(ge=1, le=99)] = 0
    code: str = ""
    wait: Annotated[int, Meta(ge=1)] = 0

    def __post_init__(self) -> None:
        for name, takers in _TAKEN_BY.items():
            if getattr(self, name) and self.fault not in takers:
                raise ValueError(f"Expected no `{name}` with {self.fault}")
        if self.fault == "code_silent" and not self.code:
            raise ValueError("Expected `code` with code_silent")
        name, usual = _USUAL.get(self.fault, ("", None))
        if name and not getattr(self, name):
            force_setattr(self, name, usual)
        known = TEXTS if self.fault == "ws_refuse" else refusals.TEXTS
        if self.answer and self.answer not in known:
            raise ValueError(f"Expected `answer` to be one of KIS's codes: {', '.join(known)}")


class _Span(NamedTuple):
    fault: Fault
    from_s: float
    until_s: float


class Faults:
    """The faults of one scenario, as seconds of the day."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        starts = ((fault, float(second_of_day(fault.at))) for fault in faults)
        self._spans = tuple(_Span(fault, from_s, from_s + fault.seconds) for fault, from_s in starts)

    def current(self, name: FaultName, now_s: float) -> Fault | None:
        """The fault of this name, which lasts a while, that is on."""
        return next((span.fault for span in self._named(name) if span.from_s <= now_s < span.until_s), None)

    def lasts(self, name: FaultName, now_s: float) -> bool:
        """Whether a fault of this name, which lasts a while, is on."""
        return self.current(name, now_s) is not None

    def during(self, name: FaultName, after_s: float, until_s: float) -> tuple[Fault, ...]:
        """The faults of this name that are on at any time after `after_s` and no later than `until_s`."""
        spans = self._named(name)
        return tuple(span.fault for span in spans if span.from_s <= until_s and after_s < span.until_s)

    def refusal(self, now_s: float) -> str:
        """The code that every command on the WebSocket is refused with just now, or ""."""
        fault = self.current("ws_refuse", now_s)
        return fault.answer if fault else ""

    def struck(self, name: FaultName, after_s: float, until_s: float) -> bool:
        """Whether a fault of this name, which takes no time, came after `after_s` and no later than `until_s`."""
        return any(after_s < span.from_s <= until_s for span in self._named(name))

    def _named(self, name: FaultName) -> list[_Span]:
        return [span for span in self._spans if span.fault.fault == name]
