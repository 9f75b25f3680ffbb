"""What the daemon does, in a few words; only what somebody might act on."""

from collections.abc import Callable

from kis_actors.commands.output import News
from kis_actors.view import View


class Lines:
    """Says what changed since it was last asked."""

    def __init__(self, view: View, say: Callable[[News], None]) -> None:
        self._view = view
        self._tell = say
        self._said: dict[str, str] = {}

    def say_news(self) -> None:
        """Each thing that is not as it was."""
        view = self._view
        self._say("session", self._session())
        self._say_mode("safe mode", is_on=view.is_safe, on="safe mode: scans fail", off="safe mode left: scans work")
        degraded = "degraded mode: no stream, so followed codes are scanned"
        self._say_mode("degraded mode", is_on=view.is_degraded, on=degraded, off="the stream is back")
        self._say("averages", self._averages())
        self._say("link", f"link {view.link}{': ' + view.link_reason if view.link_reason else ''}")
        if view.last_scan_at:
            self._say("scan", f"scans: {view.quoted} of {len(view.names)} codes quoted in {view.batches} calls")
            self._say("slots", f"{view.live()} codes subscribed")

    def _session(self) -> str:
        session = self._view.session
        return f"session {session.day} open until {session.closes:%H:%M}" if session else "no session now"

    def _averages(self) -> str:
        view = self._view
        known = view.baselines_loaded + view.baselines_missing
        if known < len(view.names) or not known:
            return ""
        return f"averages: {view.baselines_loaded} codes, {view.baselines_missing} without"

    def _say_mode(self, topic: str, *, is_on: bool, on: str, off: str) -> None:
        """That it is over is said only if it was on."""
        if is_on or topic in self._said:
            self._say(topic, on if is_on else off)

    def _say(self, topic: str, line: str) -> None:
        if line and self._said.get(topic) != line:
            self._said[topic] = line
            self._tell(News(topic, line, self._view.now))
