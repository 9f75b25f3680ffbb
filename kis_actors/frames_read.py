"""Frames that were read already: by another process, or once for several that hear them. No log has them: their text
is enough.
"""

from kis_actors.kis.usual import Frame, usual_frame
from kis_actors.messages import FrameReceived, Record


class FrameRead(FrameReceived):
    """A usual frame, and what it tells."""

    frame: Frame


class RecordRead(Record, frozen=True, gc=False):
    """A usual frame that was read already, in its place in the log."""

    event: FrameRead


def read_of(record: Record) -> RecordRead | None:
    """The same record with its frame read, if it holds a usual frame; several may hear it then at the cost of one."""
    event = record.event
    frame = usual_frame(event.text) if isinstance(event, FrameReceived) else None
    if not isinstance(event, FrameReceived) or frame is None:
        return None
    read = FrameRead(link=event.link, text=event.text, frame=frame)
    return RecordRead(record.seq, record.stream, record.cause, record.at_ns, read)
