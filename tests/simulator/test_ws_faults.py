"""What the WebSocket fails at, by scenario and over real sockets."""

import pytest
import websocket

from kis_actors.simulator.commands import TEXTS
from kis_actors.simulator.spoiled import junk_between

from .conftest import ALL_DAY, faulty, running
from .kis import Kis, KisRest


def test_a_fault_drops_every_session_without_a_close_frame(tmp_path):
    scenario = "faults: [{at: '10:00:30', fault: ws_drop}]"
    with running(tmp_path, speed=60.0, start="10:00", scenario=scenario) as simulator:
        client = Kis(simulator)
        with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
            while client.socket.recv_frame().opcode != websocket.ABNF.OPCODE_CLOSE:
                pass
        with Kis(simulator) as again:
            assert again.register() == "OPSP0000"


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_code_of_kis_can_be_played(tmp_path, code):
    scenario = f"faults: [{{at: '09:00', fault: ws_refuse, seconds: 36000, answer: {code}}}]"
    with running(tmp_path, speed=60.0, start="10:00", scenario=scenario) as simulator, Kis(simulator) as client:
        assert client.register() == code


def test_a_lost_acknowledgement_still_registers(tmp_path):
    scenario = "faults: [{at: '09:00', fault: ack_lost, seconds: 36000}]"
    with running(tmp_path, speed=60.0, start="10:00", scenario=scenario) as simulator, Kis(simulator) as client:
        client.send(client.command())
        assert client.next_text(lambda text: "PINGPONG" not in text).startswith("0|H0STCNT0|")


def test_silence_is_total_and_its_trades_are_lost(tmp_path):
    scenario = "faults: [{at: '10:00:30', fault: ws_silence, seconds: 60}]"
    with running(tmp_path, speed=60.0, start="10:00:20", scenario=scenario) as simulator, Kis(simulator) as client:
        client.register("005930")
        payloads = [frame.split("|", 3)[3].split("^") for frame in client.frames(6)]
        stamps = [stamp for fields in payloads for stamp in fields[1::47]]
        assert not [stamp for stamp in stamps if "100030" <= stamp < "100130"]
        assert max(stamps) >= "100130"


def record_of(frame):
    """Stamp and width of a frame's first record."""
    _, _, count, payload = frame.split("|", 3)
    fields = payload.split("^")
    return fields[1], len(fields) / int(count)


def test_a_fault_closes_every_session_with_a_close_frame(tmp_path):
    with faulty(tmp_path, "{at: '10:00:45', fault: ws_close}") as simulator:
        with Kis(simulator, "one") as one, Kis(simulator, "two") as two:
            one.register()
            for client in (one, two):
                while (told := client.socket.recv_data())[0] != websocket.ABNF.OPCODE_CLOSE:
                    pass
                assert told[1] == (1000).to_bytes(2, "big")
        with Kis(simulator, "one") as again:
            assert again.register() == "OPSP0000"


@pytest.mark.parametrize("columns", [45, 46, 48, 50])
def test_trade_records_can_have_any_width(tmp_path, columns):
    fault = f"{{at: '10:00:40', fault: frame_width, seconds: 60, columns: {columns}}}"
    with faulty(tmp_path, fault, speed=240.0) as simulator, Kis(simulator) as client:
        client.register("005930")
        seen = [record_of(client.frames(1)[0])]
        while seen[-1][0] < "100140" or seen[-1][1] != 47:
            seen.append(record_of(client.frames(1)[0]))
    assert {width for stamp, width in seen if "100040" <= stamp < "100140"} == {columns}


def test_only_trade_records_change_their_width(tmp_path):
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: frame_width}}") as simulator, Kis(simulator) as client:
        client.register("005930", "H0STASP0")
        assert record_of(client.frames(1)[0])[1] == 63
        client.register("005930")
        assert {width for _, width in map(record_of, client.frames(6))} == {48, 63}


def kind_of(data):
    """What is wrong with a frame, or "trades"."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "no text"
    if not text.startswith("0|"):
        return "acknowledgement" if text.startswith("{") else "no frame"
    _, feed, count, payload = text.split("|", 3)
    if feed != "H0STCNT0":
        return "unknown feed"
    width = len(payload.split("^"))
    return "trades" if width == 47 * int(count) else "miscounted" if width == 47 else "cut"


def test_junk_comes_between_the_trades(tmp_path):
    with faulty(tmp_path, f"{{{ALL_DAY}, fault: ws_junk}}") as simulator, Kis(simulator) as client:
        client.register("005930")
        wanted, seen = {"no text", "no frame", "unknown feed", "miscounted", "cut", "trades"}, set()
        while not wanted <= seen:
            seen.add(kind_of(client.raw()))
        assert seen - {"acknowledgement"} == wanted


def test_junk_comes_at_the_same_seconds_for_the_same_seed(quiet_market):
    whole = junk_between(quiet_market, "005930", 36_000, 36_060)
    parts = [junk_between(quiet_market, "005930", second, second + 1) for second in range(36_000, 36_060)]
    assert whole == [piece for part in parts for piece in part] and len(whole) == 12


def test_an_oversized_frame_comes_once_and_trades_go_on(tmp_path):
    with faulty(tmp_path, "{at: '10:00:45', fault: ws_oversize}") as simulator, Kis(simulator) as client:
        client.register("005930")
        while len(client.raw()) < 2 * 1024 * 1024:
            pass
        assert {record_of(frame)[1] for frame in client.frames(5)} == {47}


def test_a_silent_code_trades_on_without_telling(tmp_path):
    fault = f"{{{ALL_DAY}, fault: code_silent, code: 005930}}"
    told = faulty(tmp_path, fault, speed=240.0)
    with told as simulator, Kis(simulator) as client, KisRest(simulator).log_in() as rest:
        assert [client.register(code) for code in ("005930", "028300")] == ["OPSP0000"] * 2
        before = int(rest.rows("005930")[0]["acml_vol"])
        assert {frame.split("|")[3].split("^")[0] for frame in client.frames(5)} == {"028300"}
        assert int(rest.rows("005930")[0]["acml_vol"]) > before


def test_a_silent_code_is_heard_again_after_its_time(tmp_path):
    fault = "{at: '10:00:30', fault: code_silent, seconds: 60, code: 005930}"
    with faulty(tmp_path, fault, start="10:00:20", speed=240.0) as simulator, Kis(simulator) as client:
        client.register("005930")
        payloads = [frame.split("|", 3)[3].split("^") for frame in client.frames(6)]
        stamps = [stamp for fields in payloads for stamp in fields[1::47]]
        assert not [stamp for stamp in stamps if "100030" <= stamp < "100130"]
        assert max(stamps) >= "100130"
