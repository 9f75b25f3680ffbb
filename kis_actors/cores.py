"""The five actors without their threads: all that recovery, replay and what-if need of them."""

from kis_actors.actors import notify, scan, signal, subscription, ws
from kis_actors.turn import Core

CORES: tuple[Core, ...] = (scan.CORE, subscription.CORE, ws.CORE, signal.CORE, notify.CORE)
"""In the order in which they are started."""
