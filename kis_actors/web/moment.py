"""A moment of a log day: what was recorded until then, and what the actors had made of it."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kis_actors.web.day_picture import DayPicture


class Moment(NamedTuple):
    """states: of the actors by name, None while they are not known yet. status: what the daemon says of itself, {} if
    none runs or the moment is past. frames_per_s, lag_s: of the last ten seconds; None where nobody measured.
    """

    path: Path
    at: datetime
    picture: DayPicture
    states: dict[str, Any] | None
    is_live: bool = False
    status: dict[str, Any] = {}  # noqa: RUF012 - never changed
    frames_per_s: float | None = None
    lag_s: float | None = None
