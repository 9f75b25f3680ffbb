"""Single values in YAML text change; all else stays as it was, byte for byte."""

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from kis_actors.shipped import SHIPPED
from kis_actors.yaml_edit import with_values

SHIPPED_TEXT = (SHIPPED / "config" / "settings.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("kis:\n  env: real    # or paper\n", "kis.env", "kis:\n  env: NEW    # or paper\n"),
        ('kis: {env: "real", url: null}\n', "kis.env", "kis: {env: NEW, url: null}\n"),
        ("kis:\n  url: null\n", "kis.env", "kis:\n  env: NEW\n  url: null\n"),
        ("kis: {url: null}\n", "kis.env", "kis: {env: NEW, url: null}\n"),
        ("kis: {}\n", "kis.env", "kis: {env: NEW}\n"),
        ("kis:\nlog: {}\n", "kis.env", "kis: {env: NEW}\nlog: {}\n"),
        ("kis:\n  env:\n", "kis.env", "kis:\n  env: NEW\n"),
        ("log: {}\n", "kis.env", "kis: {env: NEW}\nlog: {}\n"),
        ("# all as usual\n", "kis.env", "# all as usual\nkis: {env: NEW}\n"),
        ("", "env", "env: NEW\n"),
        ("a: {b: {}}  # 한글\n", "a.b.c", "a: {b: {c: NEW}}  # 한글\n"),
    ],
)
def test_only_the_value_changes(text: str, key: str, expected: str) -> None:
    assert with_values(text, {key: "NEW"}) == expected


def test_comments_of_the_shipped_settings_stay() -> None:
    values = {"kis.env": "paper", "kis.credentials_file": '"a b.yaml"', "notify.telegram.enabled": "true"}
    changed = with_values(SHIPPED_TEXT, values)
    assert [line.partition("#")[2] for line in changed.splitlines() if "#" in line] == [
        line.partition("#")[2] for line in SHIPPED_TEXT.splitlines() if "#" in line
    ]
    assert yaml.safe_load(changed)["kis"]["credentials_file"] == "a b.yaml"


NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(st.sampled_from(["1", "two", ""]), lambda tree: st.dictionaries(NAMES, tree, max_size=3))


@given(TREES.filter(lambda tree: isinstance(tree, dict)), st.lists(NAMES, min_size=1, max_size=3), st.booleans())
def test_what_is_read_back_is_what_was_and_the_value(tree: dict, names: list[str], is_flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=is_flow)
    expected = tree
    for name in names[:-1]:
        expected[name] = expected[name] if isinstance(expected.get(name), dict) else {}
        expected = expected[name]
    assume(not isinstance(expected.get(names[-1]), dict))
    expected[names[-1]] = "new"
    assert yaml.safe_load(with_values(text, {".".join(names): "new"})) == tree
