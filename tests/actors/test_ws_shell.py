"""WsActor's shell: what it does on the socket, once what asks for it is durable."""

from facts import NOW, started

from kis_actors.actors.base import Mailbox
from kis_actors.actors.ws import State, WsActor
from kis_actors.messages import Event, LinkRequested, Record
from kis_actors.units import ns_of_instant

ASKED = LinkRequested(link=3, wait_s=0.0, at=NOW)


class Socket:
    """Notes which links are to be opened."""

    def __init__(self) -> None:
        self.opened: list[int] = []

    def open(self, question: Record) -> None:
        self.opened.append(question.event.link)


def opened_by(*events: Event) -> list[int]:
    """The links that an actor opens which asked for link 3 last, told these records."""
    socket, streams = Socket(), {LinkRequested: "ws"}
    actor = WsActor(State(link=3), None, Mailbox(lambda *_: None), socket)
    records = [
        Record(seq=seq, stream=streams.get(type(event), "app"), cause=0, at_ns=ns_of_instant(NOW), event=event)
        for seq, event in enumerate(events, start=1)
    ]
    actor.on_receive(records)
    return socket.opened


def test_a_link_is_opened_when_its_request_is_durable():
    assert opened_by(started(), ASKED) == [3]


def test_a_request_that_a_later_one_has_overtaken_opens_nothing():
    assert opened_by(started(), LinkRequested(link=2, wait_s=0.0, at=NOW)) == []


def test_a_request_of_the_run_before_opens_nothing():
    """Recovery decides it again and writes it before the run begins; it was planned for a time that is over."""
    assert opened_by(ASKED, started()) == []
