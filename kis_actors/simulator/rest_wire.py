"""The REST port below HTTP, for faults that no answer can play: requests that hang, connections that break off."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from kis_actors.simulator.faults import Faults
from kis_actors.simulator.session_clock import SessionClock

LOOK_REAL_S = 0.05


def failing_protocol(faults: Faults, clock: SessionClock) -> type[asyncio.Protocol]:
    """HTTP as uvicorn speaks it, but while rest_reset or rest_hang is on."""

    class FailingProtocol(H11Protocol):
        hangs = False

        def data_received(self, data: bytes) -> None:
            if faults.lasts("rest_reset", clock.elapsed_s()):
                self.transport.abort()
            elif self.hangs or faults.lasts("rest_hang", clock.elapsed_s()):
                self._hang()
            else:
                super().data_received(data)

        def _hang(self) -> None:
            """A request taken and never answered; the connection ends with the fault."""
            self._unset_keepalive_if_required()
            if not self.hangs:
                self.hangs = True
                self._look()

        def _look(self) -> None:
            if faults.lasts("rest_hang", clock.elapsed_s()):
                self.loop.call_later(LOOK_REAL_S, self._look)
            else:
                self.transport.abort()

    return FailingProtocol
