"""What a person is told when the daemon ends and cannot go on by itself: straight over the channels, once.

Nothing of it is in the log, which may be what is broken: this is the one message that nobody remembers to repeat. One
try a channel; a note in the data directory keeps a service manager's restarts from saying it again and again.
"""

import time
from datetime import datetime
from pathlib import Path
from threading import Thread

import msgspec
from msgspec import Struct

from kis_actors.chosen_channels import channels_for
from kis_actors.messages import NotifyRequested
from kis_actors.operator_texts import ending_text
from kis_actors.policies.loudness import volume_of
from kis_actors.ports import Channel
from kis_actors.system import Ending, Parts

TELL_S = 10.0
SAID_AGAIN_S = 6 * 3600.0
NOTE = "last-words.json"
WHAT_CHARS_MAX = 300


class Told(Struct, frozen=True):
    """What a person was told last, and when."""

    text: str
    at: datetime


def tell_end(parts: Parts, ending: Ending) -> None:
    """Tells every channel but the console, in TELL_S at most: the same once in six hours, on a dry run nothing."""
    what = ending.reason.partition(". ")[0][:WHAT_CHARS_MAX]
    told = Told(ending_text(ending.kind, what, parts.settings.notify.language), parts.clock.now())
    if parts.is_dry_run or not told.text or _is_known(parts.data_dir / NOTE, told):
        return
    try:
        (parts.data_dir / NOTE).write_bytes(msgspec.json.encode(told))
    except OSError as error:  # each restart would say it again
        parts.write(f"nobody is told of it, for that cannot be noted: {error}")
        return
    _send(parts, told)


def _is_known(path: Path, told: Told) -> bool:
    try:
        before = msgspec.json.decode(path.read_bytes(), type=Told)
    except (OSError, msgspec.MsgspecError):
        return False
    return before.text == told.text and 0 <= (told.at - before.at).total_seconds() < SAID_AGAIN_S


def _send(parts: Parts, told: Told) -> None:
    """All at once, each with a thread of its own: one that is silent keeps no other waiting, nor the end."""
    notify = parts.settings.notify
    volumes = {one: volume_of(notify, one.name, "operator", told.at) for one in channels_for(parts)}
    threads = [
        Thread(
            target=_try, args=(channel, told.text, volume == "silent"), name=f"LastWords-{channel.name}", daemon=True
        )
        for channel, volume in volumes.items() if channel.name != "log" and volume != "off"
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    deadline_s = time.monotonic() + TELL_S
    for thread in threads:
        thread.join(max(0.0, deadline_s - time.monotonic()))


def _try(channel: Channel, text: str, is_silent: bool) -> None:
    channel.send(NotifyRequested(
        alert_id="the end", channel=channel.name, attempt=1, text=text, kind="operator", is_silent=is_silent
    ))  # fmt: skip
