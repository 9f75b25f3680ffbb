"""Whatever the pieces in which it comes: each message once, in order, and whole."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websocket import WebSocket, WebSocketConnectionClosedException, WebSocketException, WebSocketTimeoutException
from ws_wire import BINARY, FIRST, LAST, PING, frame

from kis_actors.adapters import buffered
from kis_actors.adapters.buffered import Buffered


class Ends:
    """Both ends of a connection, one behind a `Buffered`."""

    def __init__(self, ours: socket.socket, theirs: socket.socket) -> None:
        self.theirs = theirs
        self._ws = WebSocket(skip_utf8_validation=True)
        ours.settimeout(0.01)
        self._ws.sock, self._ws.connected = ours, True
        self.buffered = Buffered(self._ws)

    def taken(self) -> list[bytes]:
        """As `KisSocket` takes messages."""
        found = self.buffered.messages()
        if found:
            return found
        with self.buffered.in_pieces():
            return [bytes(self._ws.recv_data_frame()[1].data)]

    def all_taken(self) -> list[bytes]:
        """Until nothing comes for a moment."""
        taken: list[bytes] = []
        while True:
            try:
                taken += self.taken()
            except WebSocketTimeoutException:
                return taken


@contextmanager
def both_ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Ends(ours, theirs)


def test_what_has_come_is_taken_at_once():
    with both_ends() as ends:
        ends.theirs.sendall(frame(b"one") + frame(b"2" * 300) + frame(b""))
        assert ends.taken() == [b"one", b"2" * 300]  # the end of what came may be the beginning of more
        assert ends.all_taken() == [b""]


@pytest.mark.parametrize("size", [125, 126, 127, 65_535, 65_536])
def test_every_way_to_write_a_length_is_read(size):
    with both_ends() as ends:
        ends.theirs.sendall(frame(b"x" * size) + frame(b"next"))
        assert ends.all_taken() == [b"x" * size, b"next"]


def test_a_message_in_several_frames_is_one():
    with both_ends() as ends:
        ends.theirs.sendall(frame(b"before") + frame(b"in ", FIRST) + frame(b"", PING) + frame(b"two", LAST))
        ends.theirs.sendall(frame(b"after"))
        assert ends.all_taken() == [b"before", b"in two", b"after"]


def test_a_pause_within_a_message_changes_nothing():
    whole = frame(b"x" * 300)
    with both_ends() as ends:
        for piece in (whole[:1], whole[1:3], whole[3:200]):
            ends.theirs.sendall(piece)
            assert ends.all_taken() == []
        ends.theirs.sendall(whole[200:] + frame(b"next"))
        assert ends.all_taken() == [b"x" * 300, b"next"]


def test_a_frame_inside_a_message_is_no_message():
    """Its payload looks like frames; whoever loses the place would take them for some."""
    inner = frame(b"inner") * 20
    head_bytes = len(frame(inner)) - len(inner)
    with both_ends() as ends:
        ends.theirs.sendall(frame(inner)[:head_bytes])
        assert ends.all_taken() == []
        ends.theirs.sendall(inner)
        assert ends.all_taken() == [inner]


messages = st.lists(st.tuples(st.sampled_from("tttbfp"), st.binary(max_size=200)), max_size=12)


def wire(kind: str, payload: bytes) -> bytes:
    """A text, bytes, a text in two frames, or a ping."""
    match kind:
        case "f":
            return frame(payload[:7], FIRST) + frame(payload[7:], LAST)
        case "p":
            return frame(payload[:50], PING)
    return frame(payload, BINARY) if kind == "b" else frame(payload)


@settings(max_examples=60, deadline=None)
@given(told=messages, cuts=st.lists(st.integers(0, 2500), max_size=6))
def test_however_it_is_cut_nothing_is_lost(told, cuts):
    sent = b"".join(wire(kind, payload) for kind, payload in told)
    places = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    with both_ends() as ends:
        taken: list[bytes] = []
        for start, end in pairwise(places):
            ends.theirs.sendall(sent[start:end])
            taken += ends.all_taken()
    assert taken == [payload for kind, payload in told if kind != "p"]


def test_the_end_of_the_connection_is_told():
    with both_ends() as ends:
        ends.theirs.sendall(frame(b"last words"))
        ends.theirs.close()
        assert ends.taken() == [b"last words"]
        with pytest.raises(WebSocketConnectionClosedException):
            ends.taken()


def test_a_frame_too_long_is_not_even_read(monkeypatch):
    monkeypatch.setattr(buffered, "SKIPPED_BYTES_MAX", 70_000)
    with both_ends() as ends:
        ends.theirs.sendall(frame(b"x" * 70_001)[:100])
        with pytest.raises(WebSocketException, match="more than 70000 bytes"):
            ends.taken()
