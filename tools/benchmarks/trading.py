"""KIS's WebSocket, as far as a daemon needs it, that sends trades as fast as it is asked to; a process of its own.

Says its port. A line tells what to send (`Errand`), as JSON; the answer, when all is sent, is a `Sent`.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator

import msgspec
import orjson
from msgspec import Struct

from benchmarks.blasting import greet, on_the_wire
from kis_actors.adapters.clock import Clock
from kis_actors.kis.feeds import TRADE_COLUMNS
from kis_actors.settings import Clock as ClockSettings
from kis_actors.units import NS_PER_S

AT_ONCE = 200
"""Frames in one piece, if they are to go as fast as they are taken."""
SHARES = 3
MASK_BYTES, OPCODE, TEXT, LENGTH = 4, 0x0F, 1, 0x7F


class Stock(Struct, frozen=True):
    """Trades at about `price_won`, which is no signal; at `fallen_won` it is."""

    code: str
    price_won: int
    fallen_won: int


class Errand(Struct, frozen=True, kw_only=True):
    """So many frames, of one code after the other.

    per_s: 0 is as fast as they are taken. burst: so many come together. falls_per_s: at so many the price has fallen.
    ends_fallen: one frame more, of a price that has fallen.
    clock: the market's, by which they are stamped.
    """

    stocks: tuple[Stock, ...]
    frames: int
    clock: ClockSettings
    per_s: int = 0
    burst: int = 1
    falls_per_s: float = 0.0
    ends_fallen: bool = False


class Sent(Struct, frozen=True, kw_only=True):
    """Instants are of the real clock, ns since 1970. falls: code and instant of each fallen price. late_s: at most."""

    began_ns: int
    ended_ns: int
    falls: tuple[tuple[str, int], ...]
    late_s: float


def _template() -> str:
    """A record of a trade in which what changes is still open."""
    fixed = dict.fromkeys(TRADE_COLUMNS, "0") | {
        "PRDY_VRSS_SIGN": "5", "PRDY_VRSS": "-600", "PRDY_CTRT": "-0.84", "CNTG_VOL": str(SHARES), "CTTR": "92.69",
        "NEW_MKOP_CLS_CODE": "20", "TRHT_YN": "N", "MRKT_TRTM_CLS_CODE": "", "MARKET_CLS_CODE": "2",
        "SELN_CNTG_SMTN": "412345", "SHNU_CNTG_SMTN": "382211", "TOTAL_ASKP_RSQN": "98213",
        "TOTAL_BIDP_RSQN": "120331", "PRDY_SMNS_HOUR_ACML_VOL": "1203344",
    }  # fmt: skip
    opened = {
        "MKSC_SHRN_ISCD": "%s", "STCK_CNTG_HOUR": "%s", "STCK_PRPR": "%d", "STCK_HGPR": "%d", "STCK_LWPR": "%d",
        "ACML_VOL": "%d", "ACML_TR_PBMN": "%d", "BSOP_DATE": "%s",
    }  # fmt: skip
    return "0|H0STCNT0|001|" + "^".join((fixed | opened)[name] for name in TRADE_COLUMNS)


class Tape:
    """Frames stamped by `clock`; the shares of the day grow over all errands."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._record = _template()
        self._shares: dict[str, int] = {}
        self._second, self._stamp = 0, ("", "")

    def frame(self, errand: Errand, number: int, *, is_fallen: bool) -> bytes:
        """The frame of that number, stamped now."""
        stock = errand.stocks[number % len(errand.stocks)]
        shares = self._shares[stock.code] = self._shares.get(stock.code, 1_000_000) + SHARES
        price_won = stock.fallen_won if is_fallen else stock.price_won + number % 7 * 10
        day, now = self._stamped()
        return on_the_wire(self._record % (
            stock.code, now, price_won, stock.price_won + 1000, stock.fallen_won - 10, shares,
            shares * stock.price_won, day,
        ))  # fmt: skip

    def _stamped(self) -> tuple[str, str]:
        """Day and time as KIS writes them."""
        second = self.clock.now_ns() // NS_PER_S
        if second != self._second:
            self._second, self._stamp = second, (f"{self.clock.now():%Y%m%d}", f"{self.clock.now():%H%M%S}")
        return self._stamp


class Link:
    """The one client, after it shook hands; its commands are confirmed."""

    def __init__(self, listening: socket.socket) -> None:
        self._lock = threading.Lock()
        self._client: socket.socket | None = None
        self._has_come = threading.Event()
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def send(self, data: bytes) -> None:
        """To the client, whole, once there is one."""
        self._has_come.wait()
        with self._lock:
            assert self._client
            self._client.sendall(data)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            client, _ = listening.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            greet(client)
            self._client = client
            self._has_come.set()
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        for text in _texts_from(client):
            said = orjson.loads(text)
            if "body" in said:
                self.send(on_the_wire(_confirmation(said)))


def _texts_from(client: socket.socket) -> Iterator[bytes]:
    """What the client says, until it is gone; clients mask."""
    with client.makefile("rb") as stream:
        while len(head := stream.read(2)) == 2:
            length = head[1] & LENGTH
            if length > 125:
                length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
            mask, data = stream.read(MASK_BYTES), stream.read(length)
            if head[0] & OPCODE == TEXT:
                yield bytes(byte ^ mask[place % MASK_BYTES] for place, byte in enumerate(data))


def _confirmation(command: dict[str, dict[str, dict[str, str]]]) -> str:
    wanted, is_on = command["body"]["input"], command["header"]["tr_type"] == "1"  # type: ignore[comparison-overlap]
    body = {"rt_cd": "0", "msg_cd": "OPSP0000" if is_on else "OPSP0001", "msg1": "SUCCESS"}
    return json.dumps({"header": {"tr_id": wanted["tr_id"], "tr_key": wanted["tr_key"], "encrypt": "N"}, "body": body})


def run(link: Link, tape: Tape, errand: Errand) -> Sent:
    """Sends it all."""
    began_ns = time.time_ns()
    pieces = _paced(tape, errand) if errand.per_s else _pressed(tape, errand)
    falls, late_s = [], 0.0
    for data, fallen, this_late_s in pieces:
        falls += [(code, time.time_ns()) for code in fallen]
        link.send(data)
        late_s = max(late_s, this_late_s)
    return Sent(began_ns=began_ns, ended_ns=time.time_ns(), falls=tuple(falls), late_s=late_s)


Piece = tuple[bytes, list[str], float]
"""Frames together, the codes of those with a fallen price, and how late it is."""


def _pressed(tape: Tape, errand: Errand) -> Iterator[Piece]:
    for start in range(0, errand.frames, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, errand.frames))
        yield b"".join(tape.frame(errand, number, is_fallen=False) for number in numbers), [], 0.0
    if errand.ends_fallen:
        code = errand.stocks[errand.frames % len(errand.stocks)].code
        yield tape.frame(errand, errand.frames, is_fallen=True), [code], 0.0


def _paced(tape: Tape, errand: Errand) -> Iterator[Piece]:
    falls, began_s = Falls(errand), time.perf_counter()
    for start in range(0, errand.frames, errand.burst):
        numbers = range(start, min(start + errand.burst, errand.frames))
        fallen = [number for number in numbers if falls.is_due(number)]
        frames = [tape.frame(errand, number, is_fallen=number in fallen) for number in numbers]
        ahead_s = began_s + start / errand.per_s - time.perf_counter()
        time.sleep(max(0.0, ahead_s))
        codes = [errand.stocks[number % len(errand.stocks)].code for number in fallen]
        yield b"".join(frames), codes, max(0.0, -ahead_s)


class Falls:
    """Which frames are of a fallen price: so many a second, and never two of a code in a row, which were one signal."""

    def __init__(self, errand: Errand) -> None:
        self._stocks = len(errand.stocks)
        self._every = errand.per_s / errand.falls_per_s if errand.falls_per_s else float("inf")
        self._next = self._every
        self._last: dict[int, int] = {}

    def is_due(self, number: int) -> bool:
        """Notes it, if so. Asked of one number after the other."""
        place = number % self._stocks
        if number < self._next or self._last.get(place) == number - self._stocks:
            return False
        self._last[place] = number
        self._next += self._every
        return True


def main() -> None:
    """Serves until there is no more input."""
    listening = socket.create_server(("127.0.0.1", 0))
    link, tape = Link(listening), Tape(Clock())
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
    for line in sys.stdin:
        errand = msgspec.json.decode(line, type=Errand)
        tape.clock = Clock(errand.clock)
        print(msgspec.json.encode(run(link, tape, errand)).decode(), flush=True)


if __name__ == "__main__":
    main()
