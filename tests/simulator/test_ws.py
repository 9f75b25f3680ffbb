"""The WebSocket half over real sockets: every acknowledgement, the day's frames, PINGPONG, odd input and faults."""

import itertools
import json
import re
import time
from itertools import pairwise

import pytest
import websocket

from kis_actors.simulator.commands import REGISTRATIONS_MAX
from kis_actors.simulator.feeds import FEEDS
from kis_actors.simulator.session_clock import SessionClock
from kis_actors.simulator.ws import UNSENT_FRAMES_MAX, Session

from .conftest import CODES, DAY, RECORDED, HandClock, running
from .kis import Kis

APP_KEYS = itertools.count()
"""One for each test, so that none waits until the server has noticed the end of another's session."""


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    """Morning trading at sixty times the pace."""
    with running(tmp_path_factory.mktemp("ws"), speed=60.0, start="09:30") as simulator:
        yield simulator


@pytest.fixture
def kis(simulator):
    with Kis(simulator, app_key=f"k{next(APP_KEYS)}") as client:
        yield client


def session_error(message):
    return {"header": {"tr_id": "(null)", "tr_key": "", "encrypt": "N"}, "body": message}


def test_a_registration_is_confirmed_as_recorded(kis):
    ack = kis.ask(kis.command())
    assert ack["header"] == {"tr_id": "H0STCNT0", "tr_key": "005930", "encrypt": "N"}
    assert list(ack["body"].items())[:3] == [("rt_cd", "0"), ("msg_cd", "OPSP0000"), ("msg1", "SUBSCRIBE SUCCESS")]
    assert list(ack["body"]["output"]) == ["iv", "key"]
    assert (len(ack["body"]["output"]["iv"]), len(ack["body"]["output"]["key"])) == (16, 32)
    assert kis.ask(kis.command("035720"))["body"]["output"] == ack["body"]["output"]


def test_acknowledgements_are_the_recorded_text(kis):
    path = RECORDED / "ws_frames.txt"
    if not path.exists():
        pytest.skip(f"no recorded frames at {path}")
    kis.send(kis.command("035720"))
    sent = kis.next_text(lambda text: "OPSP0000" in text)
    masked = re.sub(r'"iv":"\w+","key":"\w+"', '"iv":"0123456789abcdef","key":"abcdefghijklmnopabcdefghijklmnop"', sent)
    assert masked in path.read_text(encoding="utf-8").splitlines()


def test_registering_twice_and_unregistering_twice_is_told(kis):
    codes = [kis.register(tr_type=tr_type) for tr_type in ("1", "1", "2", "2")]
    assert codes == ["OPSP0000", "OPSP0002", "OPSP0001", "OPSP0003"]


def test_the_forty_second_registration_is_one_too_many(kis):
    pairs = [(code, feed) for feed in FEEDS for code in CODES][: REGISTRATIONS_MAX + 1]
    assert [kis.register(*pair) for pair in pairs] == ["OPSP0000"] * 41 + ["OPSP0008"]
    assert kis.register(*pairs[0], tr_type="2") == "OPSP0001"
    assert kis.register(*pairs[-1]) == "OPSP0000"


def changed(command, *path_and_value):
    *path, last, value = path_and_value
    part = command
    for name in path:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return command


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("body", "input", "tr_id", "H0XXXXX0"), "OPSP8991"),
        (("body", "input", "tr_id", None), "OPSP8991"),
        (("body", "input", "tr_id", ["H0STCNT0"]), "OPSP8991"),
        (("body", "input", "tr_key", "999999"), "OPSP8992"),
        (("body", "input", "tr_key", 5930), "OPSP8993"),
        (("header", "tr_type", "0"), "OPSP8997"),
        (("header", "tr_type", None), "OPSP8997"),
        (("header", "custtype", "X"), "OPSP8998"),
        (("body", "input", "tr_key", None), "OPSP9990"),
        (("body", "input", None), "OPSP9991"),
        (("body", None), "OPSP9992"),
        (("header", "custtype", None), "OPSP9997"),
        (("header", None), "OPSP9998"),
        (("header", "approval_key", "unknown"), "OPSP0011"),
        (("header", "approval_key", None), "OPSP0011"),
    ],
)
def test_wrong_commands_get_their_code(kis, change, code):
    assert kis.register() == "OPSP0000"
    ack = kis.ask(changed(kis.command(), *change))
    assert (ack["body"]["msg_cd"], ack["body"]["rt_cd"], "output" in ack["body"]) == (code, "1", False)


@pytest.mark.parametrize("message", ["{", "", "nonsense", "[1]", "null", b"\x00\xff", b'{"header":{}}'])
def test_messages_that_are_no_json_object_get_9999(kis, message):
    if isinstance(message, bytes):
        kis.socket.send_binary(message)
    else:
        kis.send(message)
    ack = json.loads(kis.next_text(lambda text: '"body"' in text))
    assert ack["header"]["tr_id"] == "(null)" and ack["body"]["msg_cd"] == "OPSP9999"
    assert kis.register() == "OPSP0000"


def test_a_giant_message_ends_only_its_own_connection(simulator, kis):
    giant = Kis(simulator, app_key="giant")
    giant.send("x" * 200_000)
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        while giant.socket.recv():
            pass
        raise websocket.WebSocketConnectionClosedException
    assert kis.register() == "OPSP0000"


def test_a_second_session_of_an_app_key_is_refused(simulator, kis):
    assert kis.register() == "OPSP0000"
    refused = {"rt_cd": "9", "msg_cd": "OPSP8996", "msg1": "ALREADY IN USE appkey"}
    with Kis(simulator, app_key=kis.app_key) as second:
        assert second.ask(second.command()) == session_error(refused)
    with Kis(simulator, app_key="another") as other:
        assert other.register() == "OPSP0000"


def test_an_app_key_is_free_when_its_session_has_ended(simulator, kis):
    assert kis.register() == "OPSP0000"
    kis.socket.close()
    with Kis(simulator, app_key=kis.app_key) as again:
        until_s = time.monotonic() + 30  # the server takes its time to see the close; nothing tells us when
        while (code := again.register()) == "OPSP8996" and time.monotonic() < until_s:
            time.sleep(0.01)
    assert code == "OPSP0000"


@pytest.mark.parametrize("path", ["", "/", "/tryitout/H0STCNT0"])
def test_the_other_paths_in_use_work_too(simulator, path):
    with Kis(simulator, app_key=f"path {path}", path=path) as client:
        assert client.register() == "OPSP0000"


def test_an_unknown_path_is_refused(simulator):
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(simulator.urls["ws_url"] + "/elsewhere", timeout=10)


def test_only_registered_codes_are_sent_and_only_new_trades(kis):
    kis.register("028300")
    told = kis.frames(3)
    stamps = [record.split("^")[1] for record in told]
    assert {frame.split("|")[3].split("^")[0] for frame in told} == {"028300"}
    assert all(stamp > "093000" for stamp in stamps)
    kis.register("028300", tr_type="2")
    kis.register("005930")
    assert {frame.split("|")[3].split("^")[0] for frame in kis.frames(3)} == {"005930"}


def test_frames_hold_one_to_twenty_records_without_a_gap(kis):
    for code in ("005930", "028300"):
        kis.register(code)
    records = []
    for frame in kis.frames(16):
        _, _, count, payload = frame.split("|", 3)
        fields = payload.split("^")
        assert 1 <= int(count) <= 20 and len(fields) == 47 * int(count)
        records += [fields[start : start + 47] for start in range(0, len(fields), 47)]
    for code in ("005930", "028300"):
        own = [(int(record[12]), int(record[13])) for record in records if record[0] == code]
        assert all(after == before + volume for (_, before), (volume, after) in pairwise(own))


def test_all_trade_feeds_carry_the_same_trades(kis):
    told = {}
    for feed in ("H0STCNT0", "H0UNCNT0"):
        kis.register("005930", feed)
    for frame in kis.frames(12):
        _, feed, _, payload = frame.split("|", 3)
        told.setdefault(feed, []).append(payload.split("^")[13])
    shared = min(map(len, told.values()))
    assert told["H0STCNT0"][-shared + 1 :] == told["H0UNCNT0"][-shared + 1 :] or shared < 2


def test_order_books_are_sent_for_their_own_registration(kis):
    kis.register("005930", "H0STASP0")
    frame = kis.frames(1)[0]
    assert frame.startswith("0|H0STASP0|001|005930^") and len(frame.split("^")) == 63


def test_a_silent_session_is_asked_whether_it_is_there(kis):
    asked = json.loads(kis.socket.recv())
    assert list(asked["header"]) == ["tr_id", "datetime"] and asked["header"]["tr_id"] == "PINGPONG"
    assert re.fullmatch(r"20261120\d{6}", asked["header"]["datetime"])


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A quiet night at six hundred times the pace, which leaves a third of a second to answer a PINGPONG."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kis_actors.simulator.ws.PATIENCE_REAL_S_MIN", 0.3)
        with running(tmp_path_factory.mktemp("quiet"), speed=600.0, start="00:30") as simulator:
            yield simulator


@pytest.mark.parametrize("answer", [websocket.WebSocket.send, websocket.WebSocket.pong])
def test_echo_and_pong_both_answer_a_pingpong(impatient, answer):
    with Kis(impatient) as client:
        for _ in range(6):
            answer(client.socket, client.socket.recv())
        assert client.register() == "OPSP0000"


def test_who_never_answers_is_dropped(impatient):
    client = Kis(impatient)
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        while client.socket.recv():
            pass


class UnreadConnection:
    """A connection whose other end never reads; notices when it is dropped."""

    def __init__(self):
        self.transport = self
        self.is_dropped = False

    def abort(self):
        self.is_dropped = True


def test_who_never_reads_is_dropped():
    connection = UnreadConnection()
    session = Session(connection, SessionClock(HandClock(), DAY), number=1)
    for _ in range(UNSENT_FRAMES_MAX):
        session.say("frame")
    assert not connection.is_dropped
    session.say("one too many")
    assert connection.is_dropped


@pytest.mark.parametrize("market", ["ST", "UN", "NX"])
def test_a_vi_is_told_over_the_wire_as_it_begins_and_ends(tmp_path, market):
    happening = "happenings: [{at: '10:01', code: 005930, what: vi}]"
    with running(tmp_path, speed=240.0, start="10:00", scenario=happening) as simulator, Kis(simulator) as client:
        client.register("005930", f"H0{market}MKO0")
        told = client.frames(2)
    assert [frame.split("^")[8] for frame in told] == ["Y", "N"]


def test_a_code_that_is_not_on_nxt_is_accepted_and_silent_there(kis):
    assert [kis.register("028300", feed) for feed in ("H0UNCNT0", "H0NXCNT0", "H0STCNT0")] == ["OPSP0000"] * 3
    assert {frame.split("|")[1] for frame in kis.frames(3)} == {"H0STCNT0"}
