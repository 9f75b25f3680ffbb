"""Every command shows a sealed day as it showed it before, or says what is gone."""

from zipfile import ZipFile

import pytest
from first_format import in_first_format
from log_days import log_of
from test_sealing import FIRST, kept, rows, said, tidied

from eventlog.day import path_of
from eventlog.manifest import manifest_path_of


@pytest.fixture
def data_dir(tmp_path):
    """Four days."""
    log_of(tmp_path, 4)
    return tmp_path


# --- the commands


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("events", ()), ("events", ("--json",)), ("events", ("--json", "--type", "FrameReceived")),
        ("events", ("--type", "SignalRaised", "--type", "AlertDecided")), ("events", ("--code", "005930")),
        ("events", ("--after", "40")),
        ("alerts", ()), ("alerts", ("--json",)), ("state", ("--json",)), ("state", ("--at", "09:10:01")),
        ("events", ("--around", "09:10:01", "--json")),
        ("replay", ()), ("replay", ("--json",)), ("replay", ("--until", "09:10:00")),
        ("replay", ("--set", "monitor.signal.disparity_threshold=-0.06", "--json")),
    ],
)  # fmt: skip
def test_every_command_shows_a_sealed_day_as_before(data_dir, command, arguments):
    before = said(command, data_dir, "2026-11-20", *arguments)
    tidied(data_dir, keep_hot_days=1)
    assert kept(data_dir)[0] == [".sealed"]
    assert said(command, data_dir, "2026-11-20", *arguments) == before
    assert len(before[1]) > 20


@pytest.mark.parametrize(
    "words",
    [
        ("why", "005930", "--day", "2026-11-20"), ("why", "000660", "--at", "2026-11-20T09:12:00", "--json"),
        ("causes", "40"), ("causes", "60", "2026-11-20", "--json"),
    ],
)  # fmt: skip
def test_what_explains_a_sealed_day_says_the_same(data_dir, words):
    before = said(*words[:1], data_dir, *words[1:])
    tidied(data_dir, keep_hot_days=1)
    assert said(*words[:1], data_dir, *words[1:]) == before
    assert before[0] == 0 and len(before[1]) > 20


@pytest.mark.parametrize("what", ["ticks", "alerts", "events", "scans"])
def test_a_sealed_day_is_exported_as_before(data_dir, tmp_path, what):
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    words = ("2026-11-20", "--format", "csv", "--what", what, "--out")
    assert said("export", data_dir, *words, str(before))[0] == 0
    tidied(data_dir, keep_hot_days=1)
    assert said("export", data_dir, *words, str(after))[0] == 0
    assert after.read_bytes() == before.read_bytes() and before.read_bytes().count(b"\n") > 1


def test_a_piece_of_a_sealed_day_is_bundled_as_before(data_dir, tmp_path):
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    words = ("2026-11-20", "--around", "09:10:01", "--minutes", "1", "--out")
    assert said("bundle", data_dir, *words, str(before))[0] == 0
    tidied(data_dir, keep_hot_days=1)
    assert said("bundle", data_dir, *words, str(after))[0] == 0
    with ZipFile(before) as hot, ZipFile(after) as sealed:
        assert sealed.namelist() == hot.namelist()


def test_alerts_are_known_for_ever(data_dir):
    before = said("alerts", data_dir, "2026-11-20", "--json")
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    assert said("alerts", data_dir, "2026-11-20", "--json") == before
    assert before[1].count('"alert_id"') >= 2


@pytest.mark.parametrize(
    "words",
    [
        ("replay", "2026-11-20"), ("state", "2026-11-20"), ("why", "005930", "--day", "2026-11-20"),
        ("export", "2026-11-20", "--format", "csv", "--out", "ticks.csv"),
        ("bundle", "2026-11-20", "--around", "09:10:00", "--out", "piece.zip"),
    ],
)  # fmt: skip
def test_what_needs_the_whole_day_says_that_it_is_gone(data_dir, words):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    assert said(*words[:1], data_dir, *words[1:]) == (
        2, "of 2026-11-20 only what was decided is kept; see it with `kis-actors alerts` or `kis-actors events`\n"
    )  # fmt: skip


@pytest.mark.parametrize("moment", ["08:45:00", "09:10:00", "23:59:59"])
def test_what_was_decided_around_a_moment_is_shown(data_dir, moment):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=1)
    status, text = said("events", data_dir, "2026-11-20", "--around", moment, "--json")
    assert (status, "ClockTicked" in text, "NotifyRequested" in text) == (0, False, moment == "09:10:00")


def test_verify_looks_at_every_file_of_a_day(data_dir):
    for _ in range(2):
        tidied(data_dir, keep_hot_days=1, keep_sealed_days=2)
    status, text = said("verify", data_dir)
    assert status == 0 and [line.partition(":")[0] for line in text.splitlines()] == [
        "2026-11-20 (decisions only)", "2026-11-21 (sealed)", "2026-11-22", "2026-11-22 (sealed)", "2026-11-23",
    ]  # fmt: skip


def test_verify_finds_a_changed_byte_in_a_sealed_day(data_dir):
    tidied(data_dir)
    sealed = path_of(data_dir, FIRST).with_suffix(".sealed")
    sealed.chmod(0o600)
    content = bytearray(sealed.read_bytes())
    content[-1] ^= 1
    sealed.write_bytes(content)
    status, text = said("verify", data_dir, "2026-11-20")
    assert status == 1 and text.startswith("2026-11-20 (sealed): ")


def test_verify_finds_a_manifest_that_is_gone(data_dir):
    tidied(data_dir)
    manifest_path_of(path_of(data_dir, FIRST).with_suffix(".sealed")).unlink()
    status, text = said("verify", data_dir, "2026-11-20")
    assert status == 1 and "there is no manifest beside it any more" in text


def test_a_day_of_the_first_format_is_sealed_with_a_manifest_too(data_dir):
    before = rows(in_first_format(path_of(data_dir, FIRST)))
    tidied(data_dir, keep_hot_days=1)
    sealed = path_of(data_dir, FIRST).with_suffix(".sealed")
    assert rows(sealed) == before and said("verify", data_dir)[0] == 0
    manifest_path_of(sealed).unlink()
    assert "there is no manifest beside it" in said("verify", data_dir, "2026-11-20")[1]


def test_seal_does_at_once_what_is_due(data_dir):
    status, text = said("seal", data_dir)
    assert (status, len(text.splitlines())) == (0, 4) and kept(data_dir)[0] == [".sealed"]


def test_seal_can_be_asked_for_one_day(data_dir):
    assert said("seal", data_dir, "2026-11-21")[0] == 0
    assert kept(data_dir) == [[".db"], [".db", ".sealed"], [".db"], [".db"]]


def test_seal_does_not_take_the_newest_day(data_dir):
    expected = "2026-11-23 is the newest day, which is not over; name an earlier one\n"
    assert said("seal", data_dir, "2026-11-23") == (2, expected)


def test_seal_without_a_log_says_so(tmp_path):
    status, text = said("seal", tmp_path)
    assert status == 2 and text.startswith("no log in ")


def test_seal_ends_with_1_if_a_day_stays(data_dir):
    path_of(data_dir, FIRST).write_bytes(b"noise" * 5000)
    assert said("seal", data_dir)[0] == 1
