"""What the servers fail at, and when; a fault is looked up where it would bite."""

from kis_actors.simulator.scenario import Fault, FaultName
from kis_actors.simulator.session_clock import second_of_day


class Faults:
    """The faults of one scenario, as seconds of the day."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self._refusals = tuple(fault for fault in faults if fault.fault == "ws_refuse")
        self._spans = tuple((fault.fault, float(second_of_day(fault.at)), fault.seconds) for fault in faults)

    def lasts(self, name: FaultName, now_s: float) -> bool:
        """Whether a fault of this name, which lasts a while, is on."""
        return any(fault == name and from_s <= now_s < from_s + length_s for fault, from_s, length_s in self._spans)

    def refusal(self, now_s: float) -> str:
        """The code that every command on the WebSocket is refused with just now, or ""."""
        starts = ((fault, float(second_of_day(fault.at))) for fault in self._refusals)
        return next((fault.answer for fault, from_s in starts if from_s <= now_s < from_s + fault.seconds), "")

    def struck(self, name: FaultName, after_s: float, until_s: float) -> bool:
        """Whether a fault of this name, which takes no time, came after `after_s` and no later than `until_s`."""
        return any(fault == name and after_s < from_s <= until_s for fault, from_s, _ in self._spans)
