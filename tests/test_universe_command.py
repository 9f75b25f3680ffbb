import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from freezegun import freeze_time
from masters import file_of, kosdaq, kosdaq150, kospi, kospi100, real, zipped

from kis_actors.commands.universe import universe
from kis_actors.kis.master import URLS
from kis_actors.market.universe import read_universe

OLD = "code,name,market\n100000,옛이름,KOSPI\n000660,SK하이닉스,KOSPI\n"


class Project:
    """A folder with settings and, if a test writes them, a universe and master files."""

    def __init__(self, path: Path) -> None:
        self.config = path / "config"
        self.config.mkdir()
        self.settings = self.config / "settings.yaml"
        self.settings.write_text(f"universe: {{file: {self.config}/universe.csv}}\n")
        self.universe = self.config / "universe.csv"
        self.masters("kospi.mst", *kospi100())
        self.masters("kosdaq.mst", *kosdaq150())

    def masters(self, name: str, *records: bytes) -> None:
        (self.config / name).write_bytes(file_of(*records))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(universe, [*words, "--config", str(self.settings)])

    def given(self, *words: str) -> Result:
        """Runs with both master files."""
        return self.run(*words, "--kospi", f"{self.config}/kospi.mst", "--kosdaq", f"{self.config}/kosdaq.mst")

    def files(self) -> list[str]:
        return sorted(path.name for path in self.config.glob("universe*"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


# update


def test_update_writes_a_universe_the_daemon_reads(project: Project):
    assert project.given("update").exit_code == 0
    assert len(read_universe(project.universe.read_text("utf-8"))) == 250


def test_update_writes_flags_and_prices(project: Project):
    project.masters("kospi.mst", *kospi100(99), kospi("0126Z0", "F&F", kospi100="Y", halted="Y", base_price=71900))
    project.given("update")
    assert project.universe.read_text("utf-8").splitlines()[:2] == [
        "code,name,market,flags,base_price_won", "0126Z0,F&F,KOSPI,halted,71900",
    ]  # fmt: skip


@freeze_time("2026-11-20 09:00:00+09:00")
def test_update_keeps_the_one_before_and_tells_the_difference(project: Project):
    project.universe.write_text(OLD, "utf-8")
    result = project.given("update")
    assert (project.config / "universe.2026-11-20.csv").read_text("utf-8") == OLD
    assert result.output.splitlines()[0] == "2026-11-20: 249 added, 1 removed, 1 renamed"
    assert "- 000660 SK하이닉스 (KOSPI)" in result.output and "~ 100000 코스피0: 옛이름 -> 코스피0" in result.output
    assert "250 stocks (KOSPI 100, KOSDAQ 150), 0 flagged; the one before is universe.2026-11-20.csv" in result.output


@freeze_time("2026-11-20 09:00:00+09:00")
def test_a_second_update_a_day_overwrites_no_copy(project: Project):
    project.universe.write_text(OLD, "utf-8")
    project.given("update")
    project.given("update", "--exclude", "100000")
    assert project.files() == ["universe.2026-11-20.2.csv", "universe.2026-11-20.csv", "universe.csv"]
    assert (project.config / "universe.2026-11-20.csv").read_text("utf-8") == OLD


def test_an_update_without_news_writes_nothing(project: Project):
    project.given("update")
    inode = project.universe.stat().st_ino
    assert "no difference" in project.given("update").output
    assert (project.files(), project.universe.stat().st_ino) == (["universe.csv"], inode)


@pytest.mark.parametrize("records", [kosdaq150(144), kosdaq150(156), [kosdaq("000250")]])
def test_out_of_bounds_nothing_is_written(project: Project, records):
    project.universe.write_text(OLD, "utf-8")
    project.masters("kosdaq.mst", *records)
    result = project.given("update")
    assert (result.exit_code, project.files()) == (1, ["universe.csv"])
    assert project.universe.read_text("utf-8") == OLD
    assert "145 to 155 members of KOSDAQ150, found 100 and" in result.output
    assert "stays as it is. Try again later" in result.output


def test_pins_and_exclusions_are_honoured(project: Project):
    project.masters("kospi.mst", *kospi100(), kospi("000020", "동화약품"))
    result = project.given("update", "--pin", "000020", "--pin", "999999", "--exclude", "200000")
    found = [stock.code for stock in read_universe(project.universe.read_text("utf-8"))]
    assert (len(found), found[0], "200000" in found) == (250, "000020", False)
    assert "warning: in no master file, so left out: 999999" in result.output


def test_pins_and_exclusions_of_the_settings_hold_besides(project: Project):
    project.masters("kospi.mst", *kospi100(), kospi("000020", "동화약품"), kospi("000040", "KR모터스"))
    wishes = 'pins: ["000020"], exclusions: ["200000"]'
    project.settings.write_text(f"universe: {{file: {project.universe}, {wishes}}}\n")
    project.given("update", "--pin", "000040", "--exclude", "200001")
    found = [stock.code for stock in read_universe(project.universe.read_text("utf-8"))]
    assert (len(found), found[:2], found[102]) == (250, ["000020", "000040"], "200002")


def test_a_pin_of_the_settings_cannot_be_excluded(project: Project):
    project.settings.write_text(f'universe: {{file: {project.universe}, pins: ["000660"]}}\n')
    result = project.given("update", "--exclude", "000660")
    assert (result.exit_code, project.files()) == (2, [])
    assert result.output == "pinned and excluded at once: 000660; name each only once\n"


def test_records_left_out_are_told(project: Project):
    project.masters("kospi.mst", *kospi100(), b"broken")
    result = project.given("update")
    assert result.exit_code == 0
    assert "kospi.mst: 1 of 101 records left out; line 101: expected 288 bytes, found 6" in result.output


def test_an_unreadable_universe_is_replaced_and_kept(project: Project):
    project.universe.write_bytes(b"\xff\xfe")
    result = project.given("update")
    assert (result.exit_code, len(project.files())) == (0, 2)
    assert "cannot be read" in result.output


def test_a_link_to_the_universe_stays_a_link(project: Project):
    (project.config / "elsewhere.csv").write_text(OLD, "utf-8")
    project.universe.symlink_to(project.config / "elsewhere.csv")
    project.given("update")
    assert project.universe.is_symlink() and len(read_universe(project.universe.read_text("utf-8"))) == 250


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--kospi", "x"], "one master file is not enough"),
        (["--kospi", "no-such-file", "--kosdaq", "x"], "no-such-file: cannot be read: No such file"),
        (["--kospi", __file__, "--kosdaq", "x"], "no KOSPI master file: expected KOSPI records of 288 bytes"),
        (["--pin", "660"], "expected six digits or capitals such as 000660, found '660'"),
        (["--pin", "000660", "--exclude", "000660"], "pinned and excluded at once: 000660"),
    ],
)
def test_what_cannot_run_ends_with_2(project: Project, words, message):
    result = project.run("update", *words)
    assert (result.exit_code, project.files()) == (2, [])
    assert message in result.output


def test_bad_settings_end_with_2(project: Project):
    project.settings.write_text("universe: 1\n")
    assert project.run("show").exit_code == 2


# The download


@pytest.fixture
def kis(loopback, monkeypatch: pytest.MonkeyPatch):
    for market in ("KOSPI", "KOSDAQ"):
        monkeypatch.setitem(URLS, market, f"{loopback.url}/{market.lower()}_code.mst.zip")
    return loopback


def test_without_files_both_are_downloaded(project: Project, kis):
    kis.will_answer(200, zipped(kospi_code__mst=file_of(*kospi100())))
    kis.will_answer(200, zipped(kosdaq_code__mst=file_of(*kosdaq150())))
    assert project.run("update").exit_code == 0
    assert [request.path for request in kis.requests] == ["/kospi_code.mst.zip", "/kosdaq_code.mst.zip"]


def test_master_files_may_lie_elsewhere(project: Project, loopback):
    loopback.will_answer(200, zipped(kospi_code__mst=file_of(*kospi100())))
    loopback.will_answer(200, zipped(kosdaq_code__mst=file_of(*kosdaq150())))
    project.settings.write_text(f"universe: {{file: {project.universe}, master_url: {loopback.url}/master}}\n")
    assert project.run("update").exit_code == 0
    assert [request.path for request in loopback.requests] == [
        "/master/kospi_code.mst.zip", "/master/kosdaq_code.mst.zip",
    ]  # fmt: skip


def test_a_failed_download_says_what_to_do(project: Project, kis):
    kis.will_answer(503, b"")
    result = project.run("update")
    assert (result.exit_code, project.files()) == (2, [])
    assert "kospi_code.mst.zip: HTTP 503; try again later, or get both files another way" in result.output


def test_the_addresses_of_kis_are_encrypted():
    assert all(url.startswith("https://") for url in URLS.values())


# show


def test_show_lists_codes_with_flags(project: Project):
    columns = "code,name,market,flags,base_price_won"
    project.universe.write_text(f"{columns}\n000660,하이닉스,KOSPI,halted|ex,1000\n", "utf-8")
    result = project.run("show")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "000660  KOSPI         1,000  하이닉스  halted|ex",
        f"{project.universe}: 1 stocks (KOSPI 1, KOSDAQ 0), 1 flagged",
    ]


def test_show_as_json_is_an_object_a_line(project: Project):
    project.universe.write_text(OLD, "utf-8")
    first = json.loads(project.run("show", "--json").output.splitlines()[0])
    assert first == {"code": "100000", "name": "옛이름", "market": "KOSPI", "flags": None, "base_price_won": None}


def test_show_without_a_universe_ends_with_2(project: Project):
    result = project.run("show")
    assert (result.exit_code, "universe.csv: cannot be read" in result.output) == (2, True)


# diff


def test_diff_without_differences_ends_with_0(project: Project):
    project.given("update")
    assert project.given("diff").exit_code == 0


def test_diff_tells_what_an_update_would_change(project: Project):
    project.universe.write_text(OLD, "utf-8")
    result = project.given("diff")
    assert (result.exit_code, project.files()) == (1, ["universe.csv"])
    assert "249 added, 1 removed, 1 renamed" in result.output


def test_diff_tells_new_flags(project: Project):
    project.given("update")
    project.masters("kospi.mst", *kospi100(99), kospi("100099", "코스피99", kospi100="Y", halted="Y", alarm="02"))
    assert "~ 100099 코스피99: no flags -> halted|alarm" in project.given("diff").output


def test_diff_with_a_file_tells_what_changed_since(project: Project):
    project.given("update")
    older = project.config / "older.csv"
    older.write_text(OLD, "utf-8")
    result = project.run("diff", str(older))
    assert (result.exit_code, "- 000660 SK하이닉스 (KOSPI)" in result.output) == (1, True)


def test_diff_out_of_bounds_could_not_run(project: Project):
    project.universe.write_text(OLD, "utf-8")
    project.masters("kospi.mst", kospi("000020"))
    assert project.given("diff").exit_code == 2


def test_diff_takes_a_file_or_masters(project: Project):
    assert project.given("diff", "older.csv").exit_code == 2


def test_a_real_rebalancing_is_printed(project: Project, tmp_path: Path):
    project.universe.write_bytes(real("universe.csv"))
    (tmp_path / "march.csv").write_bytes(real("universe_kosdaq150_20260325.csv"))
    lines = project.run("diff", str(tmp_path / "march.csv")).output.splitlines()
    assert lines[1].endswith("116 added, 16 removed, 2 renamed")
    assert lines[-2:] == ["~ 056190 SFA: 에스에프에이 -> SFA", "~ 222080 SFA넥셀: 씨아이에스 -> SFA넥셀"]


def test_the_real_kospi_master_updates(project: Project):
    (project.config / "kospi.mst").write_bytes(real("kospi_code.mst.zip"))
    result = project.given("update")
    assert result.exit_code == 0
    assert "250 stocks (KOSPI 100, KOSDAQ 150)" in result.output
