"""Said by the disk."""

from kis_actors.messages.base import Event


class DiskLow(Event):
    """Less is free than three days of the log need, as they were of late."""

    free_bytes: int
    needed_bytes: int
