import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masters import file_of, kosdaq, kosdaq150, kospi, kospi100, real, zipped

from kis_actors.kis import master
from kis_actors.kis.master import Listing, MasterError, read_master


def listing_of(record: bytes, market: master.Market = "KOSPI") -> Listing:
    return read_master(file_of(record), market).listings[0]


def refusal(data: bytes, market: master.Market = "KOSPI") -> str:
    with pytest.raises(MasterError) as caught:
        read_master(data, market)
    return str(caught.value)


# One record


def test_a_kospi_record_is_read():
    record = kospi("000020", "동화약품", base_price=6060, volume=123, listed_shares=27931, market_cap=1692)
    assert listing_of(record) == Listing(
        code="000020", isin="KR7000020000", name="동화약품", market="KOSPI", group="ST",
        is_kospi100=False, is_kosdaq150=False, is_preferred=False,
        is_halted=False, is_administrative=False, is_liquidation=False, alarm="00", ex_class="00",
        par_change_class="00", base_price_won=6060, previous_volume_shares=123, listed_shares=27_931_000,
        market_cap_won=169_200_000_000,
    )  # fmt: skip


def test_a_kosdaq_record_is_read():
    record = kosdaq("000250", "삼천당제약", kosdaq150="Y", base_price=415_500, listed_shares=23_457, market_cap=97_465)
    found = listing_of(record, "KOSDAQ")
    assert (found.is_kosdaq150, found.base_price_won, found.listed_shares) == (True, 415_500, 23_457_000)
    assert found.market_cap_won == 9_746_500_000_000


def test_fields_stand_where_kis_documents_them():
    """000250 as the reference shows it, written by absolute byte positions and not by the builder."""
    record = bytearray(b" " * 282)
    record[0:6], record[9:21], record[21:31] = b"000250", b"KR7000250001", "삼천당제약".encode("cp949")
    record[61:63], record[96:97], record[97:106] = b"ST", b"Y", b"000415500"
    record[116:119], record[119:121], record[124:128] = b"YNN", b"02", b"0102"
    record[169:184], record[214:215], record[267:276] = b"000000000023457", b"0", b"000097465"
    found = listing_of(bytes(record), "KOSDAQ")
    assert (found.is_kosdaq150, found.is_preferred, found.base_price_won) == (True, False, 415_500)
    assert (found.listed_shares, found.market_cap_won) == (23_457_000, 9_746_500_000_000)
    assert (found.is_halted, found.alarm, found.ex_class, found.par_change_class) == (True, "02", "01", "02")


@pytest.mark.parametrize("record", [kospi, kosdaq])
@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({}, ()),
        ({"halted": "Y"}, ("halted",)),
        ({"administrative": "Y", "liquidation": "Y"}, ("administrative", "liquidation")),
        ({"alarm": "01"}, ("alarm",)),
        ({"ex": "01", "par_change": "02"}, ("ex", "par_change")),
        ({"alarm": "  ", "ex": "  ", "halted": " "}, ()),
    ],
)
def test_flags_are_words(record, fields, flags):
    assert listing_of(record("000020", **fields), record.__name__.upper()).flags == flags


@pytest.mark.parametrize(("preferred", "is_preferred"), [("0", False), ("1", True), ("2", True), ("9", True)])
def test_a_preferred_share_is_no_common_one(preferred, is_preferred):
    assert listing_of(kospi("005935", preferred=preferred)).is_preferred is is_preferred


@pytest.mark.parametrize("code", ["000660", "0126Z0", "Q500001", "F70100030"])
def test_codes_keep_zeros_and_letters(code):
    assert listing_of(kospi(code)).code == code


def test_a_name_of_forty_bytes_shifts_nothing():
    found = listing_of(kospi("000020", "가" * 20, kospi100="Y", base_price=6060))
    assert (found.name, found.is_kospi100, found.base_price_won) == ("가" * 20, True, 6060)


@pytest.mark.parametrize("price", ["", 0])
def test_a_blank_or_zero_price_is_missing(price):
    assert listing_of(kospi("000020", base_price=price)).base_price_won is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_blanks_at_the_end_of_a_record_stay(end):
    record = kospi("000020", kospi100="Y")
    assert record.endswith(b"  ")
    assert read_master(record + end, "KOSPI").listings[0].is_kospi100


# Records that are none


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (kospi("000020")[:-1], "expected 288 bytes, found 287"),
        (kospi("000020") + b" ", "expected 288 bytes, found 289"),
        (kospi("00 020"), "expected a code of digits and capitals, found '00 020'"),
        (kospi("000020", ""), "000020: expected a name, found blanks"),
        (kospi("000020", "ab").replace(b"ab", b"a\xff"), "000020: expected a name in cp949, found byte 0xff"),
        (kospi("000020", base_price="12.5"), "base price: expected digits, found '12.5'"),
        (kospi("000020", volume="-0000029"), "previous volume: expected digits, found '-0000029'"),
    ],
)  # fmt: skip
def test_a_bad_record_is_left_out_and_told(record, why):
    found = read_master(file_of(kospi("000010"), record, kospi("000030")), "KOSPI")
    assert [listing.code for listing in found.listings] == ["000010", "000030"]
    assert [(rejected.line, rejected.why) for rejected in found.rejected] == [(2, why)]


def test_a_file_of_the_other_market_is_refused():
    assert refusal(file_of(kosdaq("000250")), "KOSPI") == (
        "expected KOSPI records of 288 bytes (KOSDAQ 282), "
        "found 1 lines that are not; line 1: expected 288 bytes, found 282"
    )


@pytest.mark.parametrize("data", [b"", b"\n\n", b"<html>not here</html>\n", b"\x00" * 1000])
def test_what_is_no_master_file_is_refused(data):
    assert refusal(data).startswith("expected KOSPI records of 288 bytes")


@given(st.binary(max_size=600))
def test_no_bytes_crash_it(data):
    for market in ("KOSPI", "KOSDAQ"):
        try:
            read_master(file_of(kospi("000020")) * 3 + data, market)
        except MasterError:
            assert market == "KOSDAQ" or data


# Zips


def test_a_zip_is_known_by_its_content():
    assert read_master(zipped(kospi_code__mst=file_of(kospi("000020"))), "KOSPI").listings[0].code == "000020"


def test_other_files_in_the_zip_do_not_matter():
    data = zipped(readme__txt=b"", kospi_code__MST=file_of(kospi("000020")))
    assert len(read_master(data, "KOSPI").listings) == 1


@pytest.mark.parametrize(("members", "count"), [({"a__txt": b""}, 0), ({"a__mst": b"", "b__mst": b""}, 2)])
def test_a_zip_must_hold_one_master_file(members, count):
    assert refusal(zipped(**members)) == f"expected one .mst file in the zip, found {count}"


def test_an_empty_zip_is_refused():
    assert refusal(zipped()) == "expected one .mst file in the zip, found 0"


def test_a_zip_bomb_is_not_unpacked():
    bomb = zipped(a__mst=b"0" * (master.BYTES_MAX + 1))
    assert refusal(bomb) == "expected at most 20,000,000 bytes in the zip, found more"


def test_a_file_too_large_is_refused():
    assert refusal(b"0" * (master.BYTES_MAX + 1)) == "expected at most 20,000,000 bytes, found more"


def test_a_cut_zip_is_refused():
    assert refusal(zipped(a__mst=file_of(*kospi100()))[:-40]).startswith("expected a zip that can be unpacked")


def test_a_zip_with_a_password_is_refused():
    data = bytearray(zipped(a__mst=file_of(kospi("000020"))))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusal(bytes(data))


@given(st.data())
def test_no_damaged_zip_crashes_it(data):
    damaged = bytearray(zipped(a__mst=file_of(*kosdaq150(5))))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(4, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_master(bytes(damaged), "KOSDAQ")
    except MasterError as error:
        assert error.expected


# The real file


def test_the_real_kospi_file_is_read_whole():
    found = read_master(real("kospi_code.mst.zip"), "KOSPI")
    assert (len(found.listings), len(found.rejected)) == (2568, 0)
    assert sum(listing.is_kospi100 for listing in found.listings) == 100


def test_real_prices_shares_and_values_agree():
    stocks = [
        stock
        for stock in read_master(real("kospi_code.mst.zip"), "KOSPI").listings
        if stock.is_kospi100 and not stock.flags
    ]
    for stock in stocks:
        assert stock.market_cap_won == pytest.approx(stock.base_price_won * stock.listed_shares, rel=0.02), stock


def test_the_real_zip_has_one_member():
    with zipfile.ZipFile(BytesIO(real("kospi_code.mst.zip"))) as packed:
        assert packed.namelist() == ["kospi_code.mst"]
