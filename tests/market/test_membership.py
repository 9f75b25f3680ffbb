from datetime import date
from typing import NamedTuple

import pytest
from masters import real

from kis_actors.kis.master import read_master
from kis_actors.market.membership import (
    Chosen,
    Member,
    Refused,
    choose,
    difference,
    in_short,
    read_members,
    text_of,
)
from kis_actors.market.universe import UniverseError, read_universe

DAY = date(2026, 3, 25)


class Listed(NamedTuple):
    code: str
    name: str = "이름"
    market: str = "KOSPI"
    group: str = "ST"
    is_kospi100: bool = False
    is_kosdaq150: bool = False
    is_preferred: bool = False
    flags: tuple[str, ...] = ()
    base_price_won: int | None = 1000


def kospi100(size: int = 100) -> list[Listed]:
    return [Listed(f"{100_000 + number}", is_kospi100=True) for number in range(size)]


def kosdaq150(size: int = 150) -> list[Listed]:
    return [Listed(f"{200_000 + number}", market="KOSDAQ", is_kosdaq150=True) for number in range(size)]


LISTED = [*kosdaq150(), *kospi100(), Listed("000020"), Listed("0126Z0", group="EF")]


def codes(chosen: Chosen | Refused) -> list[str]:
    assert isinstance(chosen, Chosen), chosen
    return [member.code for member in chosen.members]


def member(code: str, **fields: object) -> Member:
    usual = {"name": "이름", "market": "KOSPI", "flags": (), "base_price_won": None}
    return Member(code=code, **(usual | fields))


# Who is chosen


def test_only_flagged_codes_are_members():
    assert len(codes(choose(LISTED))) == 250


def test_kospi_comes_first_then_by_code():
    found = codes(choose(reversed(LISTED)))
    assert (found[0], found[99], found[100], found[-1]) == ("100000", "100099", "200000", "200149")


@pytest.mark.parametrize("group", ["ST", "DR", "FS", "RT"])
def test_a_flagged_share_of_any_kind_is_a_member(group):
    assert "0126Z0" in codes(choose([*LISTED, Listed("0126Z0", group=group, is_kospi100=True)]))


@pytest.mark.parametrize("group", ["EF", "EN", "SW", "SR", "BC", "MF", ""])
def test_a_flagged_fund_or_right_is_no_member(group):
    assert "0126Z0" not in codes(choose([*LISTED, Listed("0126Z0", group=group, is_kospi100=True)]))


def test_a_flagged_preferred_share_is_no_member():
    assert "005935" not in codes(choose([*LISTED, Listed("005935", is_kospi100=True, is_preferred=True)]))


def test_a_code_listed_twice_is_chosen_once():
    assert len(codes(choose([*LISTED, *LISTED]))) == 250


# Bounds


@pytest.mark.parametrize(("kospi", "kosdaq"), [(95, 145), (105, 155)])
def test_counts_on_the_bounds_are_taken(kospi, kosdaq):
    assert len(codes(choose([*kospi100(kospi), *kosdaq150(kosdaq)]))) == kospi + kosdaq


@pytest.mark.parametrize(("kospi", "kosdaq"), [(94, 150), (106, 150), (100, 144), (100, 156), (0, 0), (7, 0)])
def test_counts_out_of_bounds_are_refused(kospi, kosdaq):
    assert choose([*kospi100(kospi), *kosdaq150(kosdaq)]) == Refused(
        expected="95 to 105 members of KOSPI100 and 145 to 155 members of KOSDAQ150", came=f"{kospi} and {kosdaq}"
    )


def test_pins_do_not_fill_a_universe_too_small():
    assert isinstance(choose([*LISTED[:-8], Listed("000020")][6:], pins=("000020",)), Refused)


# Pins and exclusions


def test_a_pinned_code_is_chosen_in_any_case():
    assert {"000020", "0126Z0"} < set(codes(choose(LISTED, pins=("000020", "0126Z0"))))


def test_a_pinned_member_is_chosen_once():
    assert len(codes(choose(LISTED, pins=("100000",)))) == 250


def test_an_excluded_member_is_left_out():
    assert "100000" not in codes(choose(LISTED, exclusions=("100000",)))


def test_codes_nobody_lists_are_named():
    chosen = choose(LISTED, pins=("999998", "000020"), exclusions=("999999", "100000"))
    assert isinstance(chosen, Chosen) and chosen.unlisted == ("999998", "999999")


# The file


def test_a_written_universe_reads_the_same():
    members = (
        member("000660", name='F, "F"', flags=("halted", "alarm"), base_price_won=1000),
        member("0126Z0", market="KOSDAQ"),
    )
    assert read_members(text_of(members)) == members


def test_a_written_universe_is_one_for_the_daemon():
    text = text_of((member("000660", name="SK하이닉스", flags=("alarm",), base_price_won=1000),))
    assert text == "code,name,market,flags,base_price_won\n000660,SK하이닉스,KOSPI,alarm,1000\n"
    assert [stock.flags for stock in read_universe(text)] == [("alarm",)]


def test_without_the_columns_flags_and_price_are_unknown():
    assert read_members("code,name,market\n000660,이름,KOSPI\n") == (member("000660", flags=None),)


def test_a_short_row_and_a_strange_price_are_unknown_too():
    text = "\ufeffcode,name,market,base_price_won,flags\n 000660,이름,KOSPI,\n000020,이름,KOSPI,n/a,alarm\n"
    assert read_members(text) == (member("000660"), member("000020", flags=("alarm",)))


def test_a_text_that_is_no_universe_is_refused():
    with pytest.raises(UniverseError):
        read_members("code,name\n")


# Differences


def test_the_same_universe_has_no_difference():
    assert difference((member("000660"),), (member("000660", base_price_won=2),), DAY).is_empty


def test_added_and_removed_codes_are_found():
    found = difference((member("000020"), member("000660")), (member("000660"), member("0126Z0")), DAY)
    assert (found.added, found.removed, found.day) == ((member("0126Z0"),), (member("000020"),), DAY)


def test_a_new_name_is_found():
    (change,) = difference((member("222080", name="씨아이에스"),), (member("222080", name="SFA넥셀"),), DAY).renamed
    assert (change.code, change.before, change.after) == ("222080", "씨아이에스", "SFA넥셀")


def test_a_move_to_the_other_market_is_found():
    (change,) = difference((member("196170", market="KOSDAQ"),), (member("196170"),), DAY).moved
    assert (change.before, change.after) == ("KOSDAQ", "KOSPI")


def test_new_flags_are_found():
    (change,) = difference((member("000660"),), (member("000660", flags=("halted", "ex")),), DAY).flagged
    assert (change.before, change.after) == ("", "halted|ex")


def test_flags_nobody_knew_before_are_no_difference():
    assert difference((member("000660", flags=None),), (member("000660", flags=("halted",)),), DAY).is_empty


def in_short_of(before: tuple[Member, ...], after: tuple[Member, ...]) -> str:
    return in_short(difference(before, after, DAY))


def test_in_short_the_same_universe_is_nothing():
    assert in_short_of((member("000660"),), (member("000660", flags=("halted",)),)) == ""


def test_in_short_everybody_is_named():
    before = (member("000020"), member("000660"), member("196170", market="KOSDAQ"))
    after = (member("000660", name="하이닉스"), member("0126Z0"), member("196170"))
    assert in_short_of(before, after) == (
        "1 added: 0126Z0 이름; 1 removed: 000020 이름; 1 renamed: 000660 하이닉스; 1 moved: 196170 이름"
    )


def test_in_short_of_many_three_are_named():
    after = tuple(member(f"{number:06}") for number in range(5))
    assert in_short_of((), after) == "5 added: 000000 이름, 000001 이름, 000002 이름 and 2 more"


def test_in_short_is_never_longer_than_a_line():
    crowds = [tuple(member(f"{100 * group + number:06}", name="긴이름" * 8) for number in range(9)) for group in (1, 2)]
    line = in_short_of(*crowds)
    assert (len(line), line[-1]) == (200, "…")


# Real data


def test_a_real_rebalancing_is_told():
    before = read_members(real("universe_kosdaq150_20260325.csv").decode())
    after = [found for found in read_members(real("universe.csv").decode()) if found.market == "KOSDAQ"]
    found = difference(before, after, DAY)
    assert (len(found.added), len(found.removed), found.moved, found.flagged) == (16, 16, (), ())
    assert [change.code for change in found.renamed] == ["056190", "222080"]


def test_the_real_kospi100_is_chosen():
    listings = read_master(real("kospi_code.mst.zip"), "KOSPI").listings
    expected = [found.code for found in read_members(real("universe.csv").decode()) if found.market == "KOSPI"]
    assert codes(choose([*listings, *kosdaq150()]))[:100] == expected
