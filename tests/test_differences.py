"""What differs between two values of JSON, and where."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kis_actors.differences import ABSENT, differences, found_at

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(0, 3) | some.sampled_from("ab"),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.sampled_from("xyz"), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}}, [("a.b", 1, 3)]),
        ({"a": 1}, {}, [("a", 1, ABSENT)]),
        ({}, {"a": 1}, [("a", ABSENT, 1)]),
        ({"a": None}, {"a": 0}, [("a", None, 0)]),
        ({"a": 1}, {"a": True}, [("a", 1, True)]),
        ({"a": [1, 2]}, {"a": [1, 2, 3]}, [("a[2]", ABSENT, 3)]),
        ({"a": [1, 2, 3]}, {"a": [2, 3]}, [("a[0]", 1, ABSENT)]),
        ({"a": [1, 9, 3]}, {"a": [1, 2, 3]}, [("a[1]", 9, 2)]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("a[0].b", 1, 2)]),
        ({"a": [1]}, {"a": [True]}, [("a[0]", 1, True)]),
        ({"a": []}, {"a": {}}, [("a", [], {})]),
    ],
)
def test_each_place_that_differs_is_named(before, after, expected):
    assert list(differences(before, after)) == expected


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any):
    assert list(differences(value, value)) == []


@given(VALUES, VALUES)
def test_different_values_differ_somewhere(one: Any, other: Any):
    assert bool(list(differences(one, other))) == (_sorted(one) != _sorted(other))


@pytest.mark.parametrize(
    ("path", "value"), [("", {"a": {"b": [5, {"c": 6}]}}), ("a", {"b": [5, {"c": 6}]}), ("a.b[0]", 5), ("a.b[1].c", 6)]
)
def test_what_stands_at_a_path_is_found(path, value):
    assert found_at({"a": {"b": [5, {"c": 6}]}}, path) == value


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("b", "expected one of a, found 'b'"),
        ("a.b[7]", r"expected one of \[0\] to \[1\], found '\[7\]'"),
        ("a.b[0].c", "expected one of nothing, for it is a plain value, found 'c'"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(path, said):
    with pytest.raises(KeyError, match=said):
        found_at({"a": {"b": [5, 6]}}, path)


def _sorted(value: Any) -> str:
    """A text that is the same for tables that differ in order alone, and not for 1 and True."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_sorted(value[name])}" for name in sorted(value)) + "}"
    return "[" + ",".join(map(_sorted, value)) + "]" if isinstance(value, list) else repr(value)
