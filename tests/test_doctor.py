"""`kis-actors doctor`: what it finds, what it advises, what it asks the network for, and that it shows no secret."""

import json
import time
from collections import namedtuple
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hand_clock import HandClock
from loopback import Loopback

from kis_actors.adapters.app_key_lock import app_key_lock
from kis_actors.adapters.clock import Clock
from kis_actors.adapters.lock import DirectoryLock
from kis_actors.adapters.pacer import Pacer
from kis_actors.commands import doctor_local
from kis_actors.commands.demo import ROOT, Simulator, simulator
from kis_actors.commands.doctor import doctor
from kis_actors.commands.doctor_http import PacedHttp

SPEED = 60.0
TOKEN = "123456789:AAExampleTokenOfThirtyFiveCharacters"
WEBHOOK_PATH = "/api/webhooks/1234567890123456789/ExampleWebhookTokenWhichIsLong"
SECRET = "c2VjcmV0/c2VjcmV0+c2VjcmV0=" * 6
SETTINGS = """\
kis: {{rest_url: "{rest_url}", ws_url: "ws://127.0.0.1:9", rate_limit_sleep_sec: 0.06, rest_timeout_sec: 2{kis}}}
market: {{file: {root}/config/market.yaml}}
universe: {{file: {universe}}}
notify: {{telegram: {{enabled: {telegram}, api_url: "{channel_url}"}}, discord: {{enabled: {discord}}}}}
log: {{data_dir: {directory}/data}}
{clock}
"""
Line = namedtuple("Line", ("result", "found", "advice"))
Usage = namedtuple("Usage", ("total", "used", "free"))


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    with simulator(SPEED, 1) as running:
        yield running


class Patient:
    """A folder with settings, and doctor on it. `output` keeps all that was ever printed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data_dir = directory / "data"
        self.keys = self.data_dir / "keys.json"
        self.config = directory / "settings.yaml"
        self.app_key = f"PSkey{directory.name}"[:36]
        self.environment = {"KIS_APP_KEY": self.app_key, "KIS_APP_SECRET": SECRET}
        self.output = ""

    def has(self, rest_url: str, **changes: str) -> None:
        values = {
            "kis": "", "telegram": "false", "discord": "false", "channel_url": rest_url, "clock": "",
            "universe": f"{ROOT}/config/universe.csv", "directory": str(self.directory), "root": str(ROOT),
        }  # fmt: skip
        self.config.write_text(SETTINGS.format(rest_url=rest_url, **{**values, **changes}), "utf-8")

    def has_simulator(self, simulated: Simulator, ahead_s: float = 0, **changes: str) -> None:
        said = simulated.said
        shows = (datetime.fromisoformat(said["clock_shows"]) + timedelta(seconds=ahead_s)).isoformat()
        clock = f'clock: {{anchor: "{said["clock_anchor"]}", shows: "{shows}", speed: {SPEED}}}'
        self.has(said["rest_url"], clock=clock, **changes)

    def lines(self, *arguments: str, status: int) -> dict[str, Line]:
        """Doctor's lines by check, the last one of each; `status` is what it ended with."""
        result = CliRunner(env=self.environment).invoke(doctor, ["--config", str(self.config), "--json", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        self.output += result.output
        assert result.exit_code == status, result.output
        found = [json.loads(line) for line in result.stdout.splitlines()]
        assert all(line["advice"] for line in found if line["result"] in ("warn", "fail")), found
        return {line["check"]: Line(line["result"], line["found"], line["advice"]) for line in found}


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Patient]:
    patient = Patient(tmp_path)
    yield patient
    for secret in (patient.app_key, SECRET, SECRET[:20], TOKEN, TOKEN[10:], WEBHOOK_PATH[-20:], "eyJ0eXAi"):
        assert secret not in patient.output


# --- KIS


def test_a_sound_account_passes_every_check(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    lines = patient.lines(status=0)
    assert {name for name, line in lines.items() if line.result != "pass"} == {"telegram", "discord"}
    assert lines["batch quote"].found == "30 codes in one call; a scan of 250 codes is 9 calls"


def test_people_get_a_line_a_check_and_a_sum(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    result = CliRunner(env=patient.environment).invoke(doctor, ["--config", str(patient.config)])
    assert result.stdout.splitlines()[-1] == "14 pass, 0 warn, 0 fail, 2 skip"
    assert "pass  credentials     given: KIS_APP_KEY, KIS_APP_SECRET" in result.stdout.splitlines()


def test_the_token_is_kept_and_used_again(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    patient.lines(status=0)
    kept = patient.keys.read_bytes()
    patient.lines(status=0)
    assert patient.keys.read_bytes() == kept
    assert patient.keys.stat().st_mode & 0o777 == 0o600


def test_a_token_kis_dropped_is_replaced(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    patient.lines(status=0)
    kept = json.loads(patient.keys.read_bytes())
    patient.keys.write_text(json.dumps({**kept, "token": "bogus", "token_asked_at": None}))
    time.sleep(62 / SPEED)
    assert patient.lines(status=0)["batch quote"].result == "pass"


def test_wrong_keys_fail_and_spare_the_other_calls(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    echo = f"유효하지 않은 AppKey입니다 {patient.app_key} {SECRET}"
    loopback.will_answer(403, {"error_code": "EGW00103", "error_description": echo})
    lines = patient.lines(status=1)
    assert lines["token"].found.startswith("KIS refuses: EGW00103 유효하지 않은 AppKey입니다")
    assert "KIS_APP_KEY" in lines["token"].advice
    assert [lines[name].result for name in ("batch quote", "daily bars", "approval key")] == ["skip"] * 3
    assert len(loopback.requests) == 1


def test_a_second_token_is_not_asked_for_within_a_minute(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    loopback.will_answer(403, {"error_code": "EGW00133", "error_description": "1분당 1회"})
    assert patient.lines(status=1)["token"].advice == "wait a minute, then run doctor again"
    assert patient.lines(status=1)["token"].advice.startswith("run doctor again in ")
    assert len(loopback.requests) == 1


def test_an_unreachable_kis_is_named_by_its_host(patient: Patient, dead_url: str) -> None:
    patient.has(dead_url)
    lines = patient.lines(status=1)
    assert lines["token"].found == "127.0.0.1: connection refused or lost"
    assert lines["clock"].result == "skip"


def test_a_refused_call_says_why(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    loopback.will_answer(200, {"access_token": "eyJ0eXAi-token", "expires_in": 86400})
    echo = "권한이 없습니다 " + "eyJ0eXAi-token " * 20
    loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "EGW00004", "msg1": echo})
    line = patient.lines(status=1)["batch quote"]
    assert line.found.startswith("HTTP 500: EGW00004 권한이 없습니다 ***")


def test_a_busy_kis_is_asked_again(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url, clock=clock_at(speed=100))
    loopback.will_answer(200, {"access_token": "eyJ0eXAi-token", "expires_in": 86400})
    loopback.will_answer(500, {"rt_cd": "1", "msg_cd": "EGW00201", "msg1": "초당 거래건수를 초과하였습니다."})
    lines = patient.lines(status=1)
    assert lines["batch quote"].advice.startswith("end other programs")
    assert len([request for request in loopback.requests if "multprice" in request.path]) == 3


@pytest.mark.parametrize(("ahead_s", "result"), [(30, "warn"), (-30, "warn"), (90, "fail"), (-90, "fail")])
def test_a_clock_that_is_wrong_is_found(patient: Patient, simulated: Simulator, ahead_s: float, result: str) -> None:
    patient.has_simulator(simulated, ahead_s)
    line = patient.lines(status=1 if result == "fail" else 0)["clock"]
    assert line.result == result
    assert ("ahead of" if ahead_s > 0 else "behind") in line.found


def test_codes_without_a_price_are_named(patient: Patient, simulated: Simulator) -> None:
    universe = patient.directory / "universe.csv"
    universe.write_text("code,name,market\n005930,삼성전자,KOSPI\n999990,없는종목,KOSDAQ\n", "utf-8")
    patient.has_simulator(simulated, universe=str(universe))
    lines = patient.lines(status=0)
    assert lines["batch quote"].result == "warn"
    assert "no price for 1 of 2 codes: 999990" in lines["batch quote"].found
    assert "1 KOSPI codes and 1 KOSDAQ codes; expected 95 to 105 KOSPI" in lines["universe"].found


def test_no_price_at_all_fails(patient: Patient, simulated: Simulator) -> None:
    universe = patient.directory / "universe.csv"
    universe.write_text("code,name,market\n999990,없는종목,KOSDAQ\n", "utf-8")
    patient.has_simulator(simulated, universe=str(universe))
    assert patient.lines(status=1)["batch quote"].result == "fail"


def test_calls_of_all_lines_are_apart(loopback: Loopback) -> None:
    clock = HandClock()
    pacer = Pacer(0.5, clock, clock.note_wait)
    loopback.will_answer(200, {})
    for line in (PacedHttp(2, pacer, clock, ()), PacedHttp(2, pacer, clock, ())):
        line.call("GET", loopback.url)
    assert sum(clock.waits_s) == 0.5


# --- beside a running daemon


def test_a_running_daemons_token_is_used(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    patient.lines(status=0)
    with DirectoryLock(patient.data_dir):
        lines = patient.lines(status=0)
    assert lines["daemon"].found.startswith("one is running here")
    assert (lines["token"].result, lines["batch quote"].result) == ("pass", "pass")


def test_beside_a_daemon_no_key_is_asked_for(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    with DirectoryLock(patient.data_dir):
        lines = patient.lines(status=0)
    assert [lines[name].result for name in ("token", "batch quote", "approval key", "clock")] == ["skip"] * 4
    assert (loopback.requests, patient.keys.exists()) == ([], False)


def test_beside_a_daemon_a_dropped_token_is_left_to_it(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated)
    patient.lines(status=0)
    kept = patient.keys.read_text().replace("eyJ0eXAi", "bogus")
    patient.keys.write_text(kept)
    with DirectoryLock(patient.data_dir):
        assert patient.lines(status=0)["batch quote"].result == "warn"
    assert patient.keys.read_text() == kept


# --- the channels


def test_a_telegram_bot_is_asked_for_its_name(patient: Patient, simulated: Simulator, loopback: Loopback) -> None:
    patient.environment |= {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_CHAT_ID": "987654321"}
    patient.has_simulator(simulated, telegram="true", channel_url=loopback.url)
    loopback.will_answer(200, {"ok": True, "result": {"id": 1, "username": "our_bot"}})
    assert patient.lines(status=0)["telegram"].found == "bot our_bot answers; no message was sent"
    assert [(request.method, request.path) for request in loopback.requests] == [("GET", f"/bot{TOKEN}/getMe")]


def test_a_wrong_bot_token_is_a_failure_that_does_not_show_it(
    patient: Patient, simulated: Simulator, loopback: Loopback
) -> None:
    patient.environment |= {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_CHAT_ID": "987654321"}
    patient.has_simulator(simulated, telegram="true", channel_url=loopback.url)
    loopback.will_answer(401, {"ok": False, "description": f"Unauthorized {TOKEN}"})
    line = patient.lines(status=1)["telegram"]
    assert line.found == "HTTP 401 Unauthorized ***"
    assert "TELEGRAM_BOT_TOKEN" in line.advice


@pytest.mark.parametrize(("status", "result"), [(200, "pass"), (404, "fail")])
def test_a_webhook_is_only_looked_at(
    patient: Patient, simulated: Simulator, loopback: Loopback, status: int, result: str
) -> None:
    patient.environment["DISCORD_WEBHOOK_URL"] = loopback.url + WEBHOOK_PATH
    patient.has_simulator(simulated, discord="true")
    loopback.will_answer(status, {"name": "alerts", "message": "Unknown Webhook", "token": WEBHOOK_PATH[-28:]})
    assert patient.lines(status=0 if result == "pass" else 1)["discord"].result == result
    assert [request.method for request in loopback.requests] == ["GET"]


def test_a_dead_channel_shows_its_host_alone(patient: Patient, simulated: Simulator, dead_url: str) -> None:
    patient.environment["DISCORD_WEBHOOK_URL"] = dead_url + WEBHOOK_PATH
    patient.has_simulator(simulated, discord="true")
    assert patient.lines(status=1)["discord"].found == "127.0.0.1: connection refused or lost"


# --- without the network


def test_offline_asks_nobody(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    lines = patient.lines("--offline", status=0)
    assert [name for name, line in lines.items() if line.result == "skip"] == [
        "token", "batch quote", "daily bars", "approval key", "clock", "telegram", "discord",
    ]  # fmt: skip
    assert (loopback.requests, patient.data_dir.exists()) == ([], False)


def test_every_mistake_of_the_settings_is_shown(patient: Patient) -> None:
    patient.config.write_text("kis: {env: reel}\nmonitr: {}\n")
    result = CliRunner().invoke(doctor, ["--config", str(patient.config), "--offline"])
    assert result.exit_code == 1
    assert f"fail  settings        {patient.config}:1:12: " in result.stdout
    assert f"fail  settings        {patient.config}:2:1: " in result.stdout
    assert "skip  universe        not looked at without settings" in result.stdout


def test_a_warning_of_the_settings_is_one_of_doctor(patient: Patient, dead_url: str) -> None:
    patient.has(dead_url, clock="monitor: {rest_batch_size: 50}")
    assert "9 calls" in patient.lines("--offline", status=0)["settings"].found


def test_missing_keys_fail_without_a_call(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    patient.environment = {"KIS_APP_KEY": "", "KIS_APP_SECRET": ""}
    lines = patient.lines(status=1)
    assert lines["credentials"].found == "missing KIS_APP_KEY, KIS_APP_SECRET"
    assert (lines["token"].result, loopback.requests) == ("skip", [])


def test_a_bad_line_of_the_universe_fails(patient: Patient, dead_url: str) -> None:
    universe = patient.directory / "universe.csv"
    universe.write_text("code,name,market\n5930,삼성전자,KOSPI\n", "utf-8")
    patient.has(dead_url, universe=str(universe))
    line = patient.lines("--offline", status=1)["universe"]
    assert "universe.csv: line 2" in line.found and line.advice.startswith("write six digits")


def test_a_missing_universe_fails(patient: Patient, dead_url: str) -> None:
    patient.has(dead_url, universe="/nowhere/universe.csv")
    assert "/nowhere/universe.csv cannot be read" in patient.lines("--offline", status=1)["universe"].found


def test_a_closed_day_names_the_next_session(patient: Patient, dead_url: str) -> None:
    patient.has(dead_url, clock=clock_at("2026-11-21T12:00:00+09:00"))
    found = patient.lines("--offline", status=0)["calendar"].found
    assert found == "2026-11-21 Sat closed weekend; next session 2026-11-23 09:00"


def test_paper_says_what_it_lacks(patient: Patient, dead_url: str) -> None:
    patient.has(dead_url, kis=", env: paper")
    line = patient.lines("--offline", status=0)["account"]
    assert line.result == "warn" and "multprice" in line.found and "the first 40 codes" in line.found


def test_paper_is_not_asked_for_a_batch(patient: Patient, simulated: Simulator) -> None:
    patient.has_simulator(simulated, kis=", env: paper")
    lines = patient.lines(status=0)
    assert lines["batch quote"].found.startswith("paper has none; one code in one call works")


# --- the data directory


def data_directory(patient: Patient, url: str, status: int) -> Line:
    patient.has(url)
    return patient.lines("--offline", status=status)["data directory"]


def test_a_file_in_the_place_of_the_directory_fails(patient: Patient, dead_url: str) -> None:
    patient.data_dir.write_text("")
    assert data_directory(patient, dead_url, 1).result == "fail"


def test_a_directory_others_may_write_is_a_warning(patient: Patient, dead_url: str) -> None:
    patient.data_dir.mkdir()
    patient.data_dir.chmod(0o777)
    assert data_directory(patient, dead_url, 0).advice == f"run chmod 700 {patient.data_dir}"


def test_a_full_disk_is_a_warning(patient: Patient, dead_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_local.shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - 10**9, 10**9))
    assert "1.0 GB free, expected 3 or more" in data_directory(patient, dead_url, 0).found


@pytest.mark.parametrize(("kind", "result"), [("nfs4", "fail"), ("tmpfs", "warn"), ("xfs", "pass")])
def test_the_kind_of_file_system_counts(
    patient: Patient, dead_url: str, monkeypatch: pytest.MonkeyPatch, kind: str, result: str
) -> None:
    mounts = patient.directory / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nhost:/x {patient.directory.resolve()} {kind} rw 0 0\n")
    monkeypatch.setattr(doctor_local, "MOUNTS", mounts)
    assert data_directory(patient, dead_url, 1 if result == "fail" else 0).result == result


def clock_at(shows: str = "2026-11-20T09:00:00+09:00", speed: float = 1) -> str:
    return f'clock: {{anchor: "{Clock().now().isoformat()}", shows: "{shows}", speed: {speed}}}'


# --- a daemon elsewhere on the same key


def test_a_key_in_use_elsewhere_gets_no_second_token(patient: Patient, loopback: Loopback) -> None:
    patient.has(loopback.url)
    with app_key_lock(loopback.url, patient.app_key):
        lines = patient.lines(status=0)
    assert (lines["app key"].result, lines["token"].result) == ("warn", "skip")
    assert loopback.requests == []
