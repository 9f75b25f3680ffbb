"""What the world looks like from inside: the few things an actor may ask for, and how answers come back.

Whoever acts in the world observes the outcome into the journal; nothing is returned to an actor.
"""

from typing import Protocol

from msgspec import Struct

from kis_actors.messages import Event, NotifyRequested, Record


class Journal(Protocol):
    """The one writer of the log."""

    def observe(self, stream: str, event: Event, cause: int = 0) -> None:
        """Takes what an edge saw; the record follows to all who listen once it is durable."""

    def decided(self, stream: str, events: tuple[Event, ...], cause: int) -> None:
        """Takes what an actor decided on the record `cause`, as one unit that is never split over commits.

        Or, with cause 0, all that an edge saw at once.
        """


class Rest(Protocol):
    """KIS by HTTP."""

    def ask(self, question: Record) -> None:
        """Takes a ScanRequested, BaselineRequested, HolidaysRequested or VenuesRequested.

        Its answer is observed with the question as cause.
        """


class Universes(Protocol):
    """Where the watched codes come from."""

    def ask(self, question: Record) -> None:
        """Takes a UniverseRequested; answered by UniverseLoaded or UniverseRefused."""


class Command(Struct, frozen=True):
    """A registration on the WebSocket: `wanted` or no longer wanted, of `feed` (a TR id), for `code`."""

    wanted: bool
    feed: str
    code: str


class Link(Protocol):
    """KIS by WebSocket. Its frames, its opening and its end are observed."""

    def open(self, question: Record) -> None:
        """Takes a LinkRequested; answered by LinkOpened or LinkLost."""

    def send(self, link: int, command: Command) -> None:
        """Queues `command`, paced. Of a link that is gone it does nothing: LinkLost has said so."""

    def close(self, link: int) -> None:
        """Ends `link`; LinkLost follows."""


class Outcome(Struct, frozen=True):
    """What became of one message. status: sent, failed (certainly not delivered) or unknown.

    retry_after_s: after a failure, when the channel takes it, or may; negative if it never will.
    pause_s: how long the channel wants nothing else, whatever became of this.
    """

    status: str
    message_id: str = ""
    reason: str = ""
    retry_after_s: float = -1.0
    pause_s: float = 0.0


class Channel(Protocol):
    """A way to reach a person."""

    name: str

    def send(self, question: NotifyRequested) -> Outcome:
        """Tries once; never raises for trouble in the world."""


class Sender(Protocol):
    """All channels, each with its own queue."""

    def send(self, question: Record) -> None:
        """Takes a NotifyRequested; answered by NotifySent, NotifyFailed or NotifyUnknown."""

    def settled(self, question_seq: int) -> None:
        """The answer to that question is durable: its channel may go on to the next."""


class Chat(Protocol):
    """What a person who talks back can cause outside the actors."""

    def answer_press(self, press_id: str, text: str) -> None:
        """Ends the waiting that a pressed button shows."""

    def reload(self) -> None:
        """Has the settings read again; SettingsChanged, SettingsRefused or SettingsUnchanged follows."""
