"""The chain over commits: whoever changes a row must be seen."""

import sqlite3

import pytest
from six_rows import row, six_rows_in

from eventlog.integrity import START, extend
from eventlog.store import Reader


@pytest.fixture
def path(tmp_path):
    return six_rows_in(tmp_path)


def found_after(path, *statements: str) -> int | None:
    """The seq of what is found once somebody has done this to the file; None if nothing is."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    with Reader(path) as reader:
        finding = reader.check()
    return finding.seq if finding else None


def test_an_untouched_file_is_clean(path):
    assert found_after(path) is None


@pytest.mark.parametrize("change", ["tail = '{\"a\":2}'", "kind = 2", "cause = 1", "at = at + 1"])
def test_an_altered_row_is_found(path, change):
    assert found_after(path, f"update records set {change} where seq = 14") == 13


@pytest.mark.parametrize("change", ["type = 'Other'", "stream = 'other'", "version = 2", "head = ' '", "id = 2"])
def test_an_altered_kind_is_found_at_its_first_row(path, change):
    assert found_after(path, f"update kinds set {change}") == 11


def test_a_lost_kind_is_found(path):
    assert found_after(path, "delete from kinds") == 11


@pytest.mark.parametrize("said", [1, 2])
def test_a_format_that_the_tables_are_not_of_is_found(path, said):
    """Who goes on would write to tables that are not there."""
    assert found_after(path, f"update about set format = {said}") == 17


def test_a_row_of_another_kind_is_found(path):
    statements = ["insert into kinds values (2, 'edge', 'Heard', 1, '')", "update records set kind = 2 where seq = 14"]
    assert found_after(path, *statements) == 13


def test_a_deleted_row_is_found(path):
    assert found_after(path, "delete from records where seq = 14") == 13


def test_an_inserted_row_is_found(path):
    assert found_after(path, "insert into records values (17, 1, 0, 0, '{}')") == 17


def test_a_row_before_the_first_is_found(path):
    assert found_after(path, "insert into records values (7, 1, 0, 0, '{}')") == 7


def test_swapped_rows_are_found(path):
    statements = [
        "update records set seq = 99 where seq = 13",
        "update records set seq = 13 where seq = 16",
        "update records set seq = 16 where seq = 99",
    ]
    assert found_after(path, *statements) == 13


def test_reordered_commits_are_found(path):
    statements = [
        "update commits set chain = (select chain from commits where last_seq = 14) where last_seq = 12",
    ]
    assert found_after(path, *statements) == 11


def test_a_lost_commit_in_between_is_found(path):
    assert found_after(path, "delete from commits where last_seq = 12") is not None


def test_a_commit_lost_with_its_rows_is_found(path):
    statements = ["delete from commits where last_seq = 14", "delete from records where seq in (13, 14)"]
    assert found_after(path, *statements) == 13


def test_a_commit_without_its_end_is_found(path):
    assert found_after(path, "delete from commits where last_seq = 16") == 15


def test_another_beginning_is_found(path):
    assert found_after(path, "update about set chain = cast(zeroblob(31) || x'01' as blob)") == 11


def test_the_finding_says_what_is_wrong(path):
    connection = sqlite3.connect(path)
    connection.execute("update records set tail = '{}' where seq = 14")
    connection.commit()
    connection.close()
    with Reader(path) as reader:
        finding = reader.check()
    assert finding is not None and finding.what == "one of the rows 13 to 14 was altered: their hash does not match"


def test_one_commit_hashes_unlike_two():
    assert extend(START, [row(1), row(2)]) != extend(extend(START, [row(1)]), [row(2)])


def test_the_border_between_rows_counts():
    assert extend(START, [row(1, b"ab"), row(2, b"c")]) != extend(START, [row(1, b"a"), row(2, b"bc")])
