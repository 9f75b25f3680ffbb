"""What led to a record and what followed from it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from days import logged, played, rows_in, rows_of, tampered, written
from facts import DAY, NEXT_DAY, SAMSUNG, acknowledged, at, frame, raised, status, tick, trade

from eventlog.day import path_of
from eventlog.integrity import START
from eventlog.schema import Row
from eventlog.store import Writer
from kis_actors import causes
from kis_actors.causes import chain, effects
from kis_actors.cli import cli
from kis_actors.commands.phrases import phrase
from kis_actors.messages import (
    AlertDecided,
    FrameReceived,
    LinkLost,
    NotifyRequested,
    NotifySent,
    SubscribeConfirmed,
)
from kis_actors.recovery import CODEC

TAKE = "; take a seq that `kis-actors events` shows\n"
GOLDEN = Path(__file__).with_name("golden_events.jsonl")
STORY = (
    ("socket", 0, frame(trade(71_900))),
    ("signal", 1, raised()),
    ("notify", 2, AlertDecided(alert_id="a-1", signal=raised(), decided_at=at("10:00:00"))),
    ("clock", 0, tick("10:00:01")),
    ("notify", 2, NotifyRequested(alert_id="a-1", channel="telegram", attempt=1, text="...")),
    ("channel", 5, NotifySent(alert_id="a-1", channel="telegram", attempt=1)),
)


def row(seq: int, cause: int = 0) -> Row:
    return Row(seq, "app", "ClockTicked", 1, cause, 0, b"{}")


def led_to(causes_by_seq: dict[int, int], seq: int, depth_max: int = 9) -> list[tuple[int, int, int]]:
    """Seq, depth and how many more, of what led to `seq`."""
    rows = {each: row(each, cause) for each, cause in causes_by_seq.items()}
    return [(node.row.seq, node.depth, node.more) for node in chain(rows[seq], rows.get, depth_max)]


def followed(causes_by_seq: dict[int, int], depth_max: int = 9) -> list[tuple[int, int, int]]:
    """The same of what followed from record 1, which is the first of them."""
    return [
        (node.row.seq, node.depth, node.more)
        for node in effects(row(1), (row(*pair) for pair in causes_by_seq.items()), depth_max)
    ]


def shown(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["causes", "--data-dir", str(data_dir), *arguments])


# --- the tree


def test_a_chain_begins_with_what_had_no_cause():
    assert led_to({1: 0, 2: 1, 3: 0, 4: 2}, 4) == [(1, -2, 0), (2, -1, 0)]


def test_a_long_chain_says_how_much_of_it_is_left_out():
    assert led_to({seq: seq - 1 for seq in range(1, 8)}, 7, depth_max=2) == [(5, -2, 4), (6, -1, 0)]


def test_no_step_back_shows_no_cause():
    assert led_to({1: 0, 2: 1}, 2, depth_max=0) == []


@pytest.mark.parametrize("causes_by_seq", [{4: 4}, {4: 5, 5: 4}, {4: 9}, {4: -1}])
def test_a_cause_that_is_not_before_leads_nowhere(causes_by_seq):
    assert led_to(causes_by_seq, 4) == []


def test_each_effect_stands_below_its_cause():
    assert followed({2: 1, 3: 1, 4: 0, 5: 2, 6: 4, 7: 5}) == [(1, 0, 0), (2, 1, 0), (5, 2, 0), (7, 3, 0), (3, 1, 0)]


def test_effects_too_far_on_are_counted_where_they_would_be():
    assert followed({2: 1, 3: 2, 4: 3, 5: 4, 6: 1, 7: 3}, depth_max=2) == [(1, 0, 0), (2, 1, 0), (3, 2, 3), (6, 1, 0)]


def test_too_many_effects_are_counted_too(monkeypatch):
    monkeypatch.setattr(causes, "EFFECTS_MAX", 3)
    assert followed({2: 1, 3: 1, 4: 1, 5: 1, 6: 5}) == [(1, 0, 2), (2, 1, 0), (3, 1, 0), (4, 1, 0)]


def test_a_chain_as_long_as_a_day_is_no_trouble():
    assert len(followed({seq: seq - 1 for seq in range(2, 900)}, depth_max=1000)) == 899


# --- the command


def test_the_tree_goes_over_all_actors(tmp_path):
    written(tmp_path, logged(*STORY))
    assert shown(tmp_path, "2").output.splitlines() == [
        "1 10:00:00.000 socket: KIS sent a trade: 005930 at 71,900 won",
        "  => 2 10:00:00.000 signal: disparity_threshold counts for 005930 삼성전자: "
        "-8.12% (threshold -8.00%) at 71,900 won",
        "    -> 3 10:00:00.000 notify: a person is to be told of 005930 삼성전자: alert a-1",
        "    -> 5 10:00:00.000 notify: telegram is asked to tell a-1",
        "      -> 6 10:00:00.000 channel: NotifySent: alert_id a-1, channel telegram, attempt 1",
    ]


def test_what_is_left_out_is_said_in_its_place(tmp_path):
    written(tmp_path, logged(*STORY))
    assert [line.strip()[:18] for line in shown(tmp_path, "5", "--depth", "1").output.splitlines()] == [
        "… 1 steps before", "2 10:00:00.000 sig", "=> 5 10:00:00.000 ", "-> 6 10:00:00.000 ",
    ]  # fmt: skip
    assert shown(tmp_path, "2", "--depth", "0").output.splitlines()[-1].strip() == "… 3 more follow"


def test_as_json_each_line_is_an_event_with_its_place(tmp_path):
    written(tmp_path, logged(*STORY))
    nodes = [json.loads(line) for line in shown(tmp_path, "5", "--json").output.splitlines()]
    places = [(node["seq"], node["depth"], node["more"]) for node in nodes]
    assert places == [(1, -2, 0), (2, -1, 0), (5, 0, 0), (6, 1, 0)]
    assert list(nodes[0]) == ["seq", "at", "type", "cause", "stream", "data", "depth", "more", "words"]


def test_a_cause_may_stand_in_an_earlier_day(tmp_path):
    written(tmp_path, logged(*STORY))
    said = logged(("channel", 5, NotifySent(alert_id="a-1", channel="telegram", attempt=1)))
    rows = [each._replace(seq=7) for each in rows_of(said[0])]
    Writer.create(path_of(tmp_path, NEXT_DAY), day=str(NEXT_DAY), last_seq=6, chain=START, opening=rows).close()
    assert [line.split()[0] for line in shown(tmp_path, "7").output.splitlines()] == ["1", "->", "->", "=>"]
    assert shown(tmp_path, "7", str(NEXT_DAY)).output == shown(tmp_path, "7").output
    missing = shown(tmp_path, "7", str(DAY))
    assert (missing.exit_code, missing.output) == (2, f"no event has the seq 7; the log of 2026-11-20 has 1 to 6{TAKE}")


def test_a_seq_that_is_not_there_is_said(tmp_path):
    written(tmp_path, logged(*STORY))
    result = shown(tmp_path, "99")
    assert (result.exit_code, result.output) == (2, f"no event has the seq 99; the log of 2026-11-20 has 1 to 6{TAKE}")
    assert "there is no log in" in shown(tmp_path / "none", "99").output


@pytest.mark.parametrize("seq", ["0", "-1", str(2**63), "seven"])
def test_what_is_no_seq_is_refused(tmp_path, seq):
    result = shown(tmp_path, "--", seq)
    assert (result.exit_code, "Invalid value for 'SEQ'" in result.output) == (2, True)


def test_a_record_that_cannot_be_read_has_its_place_all_the_same(tmp_path):
    tampered(written(tmp_path, logged(*STORY)), 5, b'{"alert_id": 1}')
    assert [line.split(" ", 1)[1] for line in shown(tmp_path, "6").output.splitlines()][2].endswith(
        "notify: NotifyRequested"
    )


def test_every_record_of_a_day_has_its_tree(tmp_path):
    path = written(tmp_path, played(seed=2).units)
    rows = rows_in(path)
    for each in rows:
        tree = effects(each, rows[each.seq :], 1000)
        assert all(node.row.cause in {other.row.seq for other in tree} for node in tree[1:])
        steps = chain(each, {other.seq: other for other in rows}.get, 1000)
        assert not steps or steps[0].row.cause == 0


# --- words


@pytest.mark.parametrize("line", GOLDEN.read_text("utf-8").splitlines())
def test_every_event_can_be_said_on_one_line(line):
    name, version, payload = json.loads(line)
    event = CODEC.decode(name, version, json.dumps(payload).encode())
    assert phrase(event)
    assert "\n" not in phrase(event)


NO_NUMBER = "H0STCNT0: record 1: price 'x' is not a whole number"
PING = '{"header":{"tr_id":"PINGPONG","datetime":"1"}}'


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (frame(trade(1000), trade(2000)), "KIS sent 2 trades: 005930 at 1,000 won, 005930 at 2,000 won"),
        (status(), "KIS sent a frame of H0STMKO0"),
        (frame(trade(STCK_PRPR="x")), f"KIS sent what cannot be read: {NO_NUMBER}"),
        (acknowledged("OPSP0000", msg1="SUBSCRIBE SUCCESS"), "KIS says OPSP0000 SUBSCRIBE SUCCESS, H0STCNT0 of 005930"),
        (FrameReceived(link=1, text=PING), "KIS asks whether anyone is there"),
        (SubscribeConfirmed(code=SAMSUNG, link=2), "SubscribeConfirmed: code 005930, link 2"),
        (SubscribeConfirmed(code="0126Z0", link=2, feed="X"), "SubscribeConfirmed: code 0126Z0, link 2, feed X"),
        (LinkLost(link=1, reason="x\ny" + "z" * 90), f"LinkLost: link 1, reason x y{'z' * 56}…"),
        (NotifyRequested(alert_id="a", channel="log", attempt=2, text=""), "log is asked to tell a, try 2"),
        (tick("10:00:00"), "it is 10:00:00"),
    ],
)
def test_words_say_what_matters(event, words):
    assert phrase(event) == words


def test_a_control_message_that_is_none_is_said_to_be_unreadable():
    assert phrase(FrameReceived(link=1, text="{")).startswith("KIS sent what cannot be read: ")
