"""Whether a live stream is really silent or only quiet: the scans' volume is the proof.

A code whose volume grows from scan to scan while its stream says nothing is stale. Once is no proof: a trade may be in
a scan before it is on the stream.
"""

from msgspec import Struct

SILENT_SCANS_MAX = 2


class Watch(Struct):
    """What is known of one live code. Updated in place, with every trade.

    feed: that its trades come on. volume_shares: of the last scan.
    silent_scans: how many, since it last spoke, told of trades it did not.
    """

    feed: str = ""
    volume_shares: int | None = None
    was_heard: bool = False
    silent_scans: int = 0
    is_stale: bool = False


def heard(watch: Watch) -> bool:
    """Notes that the stream spoke; whether it was stale until now."""
    was_stale = watch.is_stale
    watch.was_heard, watch.silent_scans, watch.is_stale = True, 0, False
    return was_stale


def scanned(watch: Watch, volume_shares: int) -> bool:
    """Notes a scan; whether the stream is stale by it, and was not before."""
    has_grown = watch.volume_shares is not None and volume_shares > watch.volume_shares
    is_silent = has_grown and not watch.was_heard
    watch.silent_scans = watch.silent_scans + 1 if is_silent else 0 if watch.was_heard else watch.silent_scans
    watch.volume_shares, watch.was_heard = volume_shares, False
    if watch.is_stale or watch.silent_scans < SILENT_SCANS_MAX:
        return False
    watch.is_stale = True
    return True
