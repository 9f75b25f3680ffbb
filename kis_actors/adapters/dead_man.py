"""Calls an address of the user's choice while all is well; whoever waits there notices when the calls end."""

from collections.abc import Callable
from threading import Event as Signal
from threading import Thread

from kis_actors.adapters.clock import Clock
from kis_actors.adapters.http import Http, HttpTrouble

TIMEOUT_S = 10.0
STOP_S = 1.0


class DeadMan:
    """Calls between start and stop. The address is a secret; what went wrong with it is only counted.

    failed_count: calls that nobody took.
    """

    def __init__(self, url: str, every_s: float, is_well: Callable[[], bool], clock: Clock | None = None) -> None:
        self._url = url
        self._every_s = every_s
        self._is_well = is_well
        self._clock = clock or Clock()
        self._http = Http(TIMEOUT_S)
        self._stopping = Signal()
        self.failed_count = 0
        self._thread = Thread(target=self._run, name="DeadMan", daemon=True)

    def start(self) -> None:
        """Begins with a call at once, if all is well."""
        self._thread.start()

    def stop(self) -> None:
        """Ends, cutting a call under way."""
        self._stopping.set()
        self._http.cut()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._is_well():
                self._call()
            self._clock.wait(self._stopping, self._every_s)

    def _call(self) -> None:
        try:
            is_taken = 200 <= self._http.call("GET", self._url).status < 300
        except HttpTrouble:
            is_taken = False
        self.failed_count += not is_taken
