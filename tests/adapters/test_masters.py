"""Where the watched codes come from: master files within bounds, or the file as it is; never half of either."""

from datetime import date
from pathlib import Path

import pytest
from loopback import Loopback
from masters import file_of, kosdaq150, kospi, kospi100, zipped

from kis_actors.adapters import masters
from kis_actors.adapters.masters import (
    Kept,
    Loaded,
    MastersError,
    NoMasterFile,
    UniverseSource,
    checked_text,
    fetch_members,
)
from kis_actors.kis.master import URLS
from kis_actors.market.membership import Chosen, Member, Refused
from kis_actors.market.universe import Stock, read_universe
from kis_actors.settings import Universe

DAY = date(2026, 11, 20)
OLD = "code,name,market\n100000,코스피0,KOSPI\n000660,SK하이닉스,KOSPI\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "universe.csv"
    found.write_text(OLD, "utf-8")
    return found


def will_answer(loopback: Loopback, kospi_records: list[bytes], kosdaq_records: list[bytes] | None = None) -> None:
    """Two files, as KIS packs them."""
    loopback.will_answer(200, zipped(kospi_code__mst=file_of(*kospi_records)))
    loopback.will_answer(200, zipped(kosdaq_code__mst=file_of(*(kosdaq_records or kosdaq150()))))


def daily(path: Path, master_url: str | None, is_allowed_out: bool = False, **wishes: tuple[str, ...]):
    return UniverseSource(path, Universe(update="daily", master_url=master_url, **wishes), is_allowed_out)


def loaded(source: UniverseSource, day: date = DAY) -> Loaded:
    found = source.load(day)
    assert isinstance(found, Loaded), found
    return found


def reason(source: UniverseSource) -> str:
    found = source.load(DAY)
    assert isinstance(found, Kept), found
    return found.reason


# Never an update


def test_without_updates_the_file_is_read(path: Path):
    found = loaded(UniverseSource(path, Universe(), True))
    assert found == Loaded(read_universe(OLD), str(path), "")


def test_a_file_changed_by_hand_is_read_again(path: Path):
    source = UniverseSource(path, Universe(), True)
    source.load(DAY)
    path.write_text(OLD.replace("000660,SK하이닉스", "0126Z0,삼성에피스홀딩스"), "utf-8")
    found = loaded(source)
    assert found.stocks[1] == Stock("0126Z0", "삼성에피스홀딩스", "KOSPI")
    assert found.difference == "1 added: 0126Z0 삼성에피스홀딩스; 1 removed: 000660 SK하이닉스"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"code,name\n"])
def test_a_file_that_is_no_universe_changes_nothing(path: Path, content: bytes):
    path.write_bytes(content)
    assert reason(UniverseSource(path, Universe(), True)).startswith(f"{path}: cannot be read: ")


def test_a_file_that_is_gone_changes_nothing(tmp_path: Path):
    assert "No such file" in reason(UniverseSource(tmp_path / "gone.csv", Universe(), True))


def test_a_run_kept_inside_asks_kis_nothing(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(masters, "download", None)
    assert loaded(daily(path, None)).source == str(path)


# Daily updates


def test_a_daily_update_writes_and_tells_todays_members(path: Path, loopback: Loopback):
    will_answer(loopback, [*kospi100(99), kospi("0126Z0", "F&F", kospi100="Y", halted="Y")])
    found = loaded(daily(path, loopback.url))
    assert (len(found.stocks), found.stocks[0]) == (250, Stock("0126Z0", "F&F", "KOSPI", ("halted",)))
    assert read_universe(path.read_text("utf-8")) == found.stocks
    assert path.with_name("universe.2026-11-20.csv").read_text("utf-8") == OLD


def test_an_update_is_compared_with_the_file_it_replaces(path: Path, loopback: Loopback):
    will_answer(loopback, kospi100())
    named = "100001 코스피1, 100002 코스피2, 100003 코스피3 and 246 more"
    assert loaded(daily(path, loopback.url)).difference == f"249 added: {named}; 1 removed: 000660 SK하이닉스"


def test_an_update_is_compared_with_what_was_loaded_last(path: Path, loopback: Loopback):
    source = daily(path, loopback.url)
    for members in (kospi100(), kospi100(halted="Y"), kospi100(99)):
        will_answer(loopback, members)
    loaded(source)
    path.write_text(OLD, "utf-8")  # by hand, and never loaded
    assert [loaded(source).difference for _ in range(2)] == ["", "1 removed: 100099 코스피99"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_first_update_is_compared_with_nothing(path: Path, loopback: Loopback, content: bytes | None):
    path.write_bytes(content) if content else path.unlink()
    will_answer(loopback, kospi100())
    assert loaded(daily(path, loopback.url)).difference == ""


def test_an_update_honours_pins_and_exclusions(path: Path, loopback: Loopback):
    will_answer(loopback, [*kospi100(), kospi("000020", "동화약품")])
    found = loaded(daily(path, loopback.url, pins=("000020",), exclusions=("100000",)))
    assert [stock.code for stock in found.stocks[:2]] == ["000020", "100001"]


def test_the_source_says_what_was_left_out(path: Path, loopback: Loopback):
    will_answer(loopback, [*kospi100(), b"broken"])
    assert loaded(daily(path, f"{loopback.url}/", pins=("999999",))).source == (
        f"{loopback.url}/; {loopback.url}/kospi_code.mst.zip: 1 of 101 records left out; line 101: expected 288 bytes, "
        "found 6; in no master file, so left out: 999999"
    )


def test_with_leave_kis_itself_is_asked(path: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch):
    for market in URLS:
        monkeypatch.setitem(URLS, market, f"{loopback.url}/kis/{market}")
    will_answer(loopback, kospi100())
    assert loaded(daily(path, None, is_allowed_out=True)).source == "KIS's master files"
    assert [request.path for request in loopback.requests] == ["/kis/KOSPI", "/kis/KOSDAQ"]


def test_out_of_bounds_everything_stays_as_it_was(path: Path, loopback: Loopback):
    will_answer(loopback, kospi100(94))
    assert reason(daily(path, loopback.url)) == (
        "the index flags cannot be right: expected 95 to 105 members of KOSPI100 and 145 to 155 members of KOSDAQ150, "
        "found 94 and 150"
    )
    assert (path.read_text("utf-8"), len(list(path.parent.iterdir()))) == (OLD, 1)


@pytest.mark.parametrize(("status", "body", "why"), [(503, b"", "HTTP 503"), (200, b"<html>", "no KOSPI master file")])
def test_without_master_files_everything_stays_as_it_was(path: Path, loopback: Loopback, status, body, why):
    loopback.will_answer(status, body)
    assert reason(daily(path, loopback.url)).startswith(f"{loopback.url}/kospi_code.mst.zip: {why}")
    assert path.read_text("utf-8") == OLD


def test_contradictory_wishes_change_nothing(path: Path, dead_url: str):
    wishes = daily(path, dead_url, pins=("000660", "000020"), exclusions=("000660",))
    assert reason(wishes) == "pinned and excluded at once: 000660; name each only once"


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, loopback: Loopback):
    (tmp_path / "file").write_text("")
    will_answer(loopback, kospi100())
    assert "cannot be written" in reason(daily(tmp_path / "file" / "universe.csv", loopback.url))


def test_after_trouble_the_next_day_is_tried_anew(path: Path, loopback: Loopback):
    source = daily(path, loopback.url)
    loopback.will_answer(503, b"")
    will_answer(loopback, kospi100())
    assert isinstance(source.load(DAY), Kept)
    assert loaded(source).difference.startswith("249 added")


# The members of given files


def test_given_files_are_read_instead_of_a_download(tmp_path: Path):
    (tmp_path / "a").write_bytes(file_of(*kospi100()))
    (tmp_path / "b").write_bytes(file_of(*kosdaq150()))
    fetched = fetch_members(None, kospi=tmp_path / "a", kosdaq=tmp_path / "b")
    assert isinstance(fetched.outcome, Chosen) and fetched.remarks == ()


def test_wrong_counts_are_no_error_but_an_outcome(tmp_path: Path):
    (tmp_path / "a").write_bytes(file_of(*kospi100(7)))
    (tmp_path / "b").write_bytes(file_of(*kosdaq150()))
    assert isinstance(fetch_members(None, kospi=tmp_path / "a", kosdaq=tmp_path / "b").outcome, Refused)


def test_one_given_file_is_not_enough(tmp_path: Path):
    with pytest.raises(MastersError, match="one master file is not enough"):
        fetch_members(None, kospi=tmp_path / "a")


def test_an_address_that_is_none_is_no_master_file():
    with pytest.raises(NoMasterFile, match=r"nowhere/kospi_code\.mst\.zip: no usable answer"):
        fetch_members("nowhere")


# The universe file


def test_a_universe_nobody_could_read_is_not_written():
    nameless = Member(code="000660", name="", market="KOSPI", flags=(), base_price_won=None)
    with pytest.raises(MastersError, match="expected a name for 000660"):
        checked_text(Chosen(members=(nameless,), unlisted=()))
