"""Rule tests as data, and docs/rules.md: its examples are settings, tests and a rule that work."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from kis_actors.cli import cli
from kis_actors.limits import PRESETS
from kis_actors.rules import RULES
from kis_actors.settings import Settings
from kis_actors.settings_file import SHIPPED_PATH, load
from kis_actors.signals.params import RuleParams

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/rules.md").read_text("utf-8")
FALL = """\
tests:
  "a fall":
    rules: {fall: {rule: rapid_fall}}
    prices: ["10:00:00 10000", "10:05:00 9700"]
    expect: [%s]
"""


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `check-config --rules` over these texts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()

    def checked(tests: str, settings: str = "", *arguments: str) -> Result:
        (tmp_path / "config/settings.yaml").write_text(settings, "utf-8")
        (tmp_path / "config/rules.test.yaml").write_text(tests, "utf-8")
        return CliRunner().invoke(cli, ["check-config", "--rules", *arguments])

    return checked


def lines(result: Result) -> list[str]:
    """Without the settings' own line."""
    return result.stdout.splitlines()[1:]


def one_test(prices: str, expect: str = "", **rest: str) -> str:
    """A file of one test."""
    keys = {"rules": "{fall: {rule: rapid_fall}}", "prices": f"[{prices}]", "expect": f"[{expect}]", **rest}
    return "tests:\n  it:\n" + "".join(f"    {name}: {value}\n" for name, value in keys.items() if value)


# --- passing and failing


def test_the_shipped_tests_pass():
    result = CliRunner().invoke(cli, ["check-config", "--rules", str(SHIPPED_PATH.parent / "rules.test.yaml")])
    assert (result.exit_code, [line for line in lines(result) if "FAIL" in line]) == (0, [])


def test_the_shipped_tests_show_every_kind_and_both_modes():
    text = (SHIPPED_PATH.parent / "rules.test.yaml").read_text("utf-8")
    assert [name for name in RULES if name in PAGE and f"rule: {name}" not in text] == []
    assert "mode: A" in text and "mode: B" in text


def test_a_test_that_passes_is_one_line(check):
    result = check(FALL % '"10:05:00 fall"')
    assert (result.exit_code, lines(result)) == (0, ["ok    a fall", "config/rules.test.yaml: 1 rule tests, 0 failed"])


def test_a_test_that_fails_says_what_came(check):
    result = check(FALL % '"10:05:01 fall"')
    nearest = "fall came nearest at 10:05:00: -3.00%, threshold -3.00%"
    failed = f"FAIL  a fall: expected 10:05:01 fall; found 10:05:00 fall; {nearest}"
    assert (result.exit_code, lines(result)) == (78, [failed, "config/rules.test.yaml: 1 rule tests, 1 failed"])


def test_an_alert_nobody_expected_fails(check):
    (line, _) = lines(check(FALL % ""))
    assert line.startswith("FAIL  a fall: expected nothing; found 10:05:00 fall; ")


def test_an_alert_that_does_not_come_fails(check):
    result = check(one_test('"10:00:00 10000"', '"10:05:00 fall"'))
    assert "FAIL  it: expected 10:05:00 fall; found nothing; fall could judge no price" in lines(result)


def test_a_failure_says_how_far_the_rule_was_from_firing(check):
    result = check(one_test('"10:00:00 10000", "10:05:00 9750", "10:06:00 9760"', '"10:06:00 fall"'))
    assert lines(result)[0].endswith("; fall came nearest at 10:05:00: -2.50%, threshold -3.00%")


def test_of_rules_that_did_as_expected_nothing_more_is_said(check):
    rules = {"rules": "{fall: {rule: rapid_fall}, more: {rule: rapid_fall, fall_ratio: 0.05}}"}
    result = check(one_test('"10:00:00 10000", "10:05:00 9700"', '"10:05:00 fall", "10:05:00 more"', **rules))
    assert "fall came" not in lines(result)[0] and "more came nearest at 10:05:00: -3.00%" in lines(result)[0]


def test_without_the_option_no_tests_are_run(check):
    check(FALL % "")
    assert CliRunner().invoke(cli, ["check-config"]).stdout == "config/settings.yaml: ok\n"


def test_a_named_file_is_read_instead(check, tmp_path):
    (tmp_path / "mine.yaml").write_text(FALL % '"10:05:00 fall"', "utf-8")
    assert lines(check(FALL % "", "", "mine.yaml"))[-1] == "mine.yaml: 1 rule tests, 0 failed"


def test_an_option_may_follow(check):
    assert lines(check(FALL % "", "", "--data-dir", "x"))[-1] == "config/rules.test.yaml: 1 rule tests, 1 failed"


def test_without_a_file_beside_the_settings_the_shipped_one_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.yaml").touch()
    result = CliRunner().invoke(cli, ["check-config", "--rules", "--config", "settings.yaml"])
    assert (result.exit_code, str(SHIPPED_PATH.parent / "rules.test.yaml") in lines(result)[-1]) == (0, True)


def test_mistakes_in_the_settings_come_first(check):
    result = check(FALL % "", "monitor: {mode: C}")
    assert (result.exit_code, result.stdout.count("\n")) == (78, 1)


# --- what is run


LINE = '"09:30:00 9300", "09:31:00 9100"'


@pytest.mark.parametrize(
    ("settings", "rest", "expect"),
    [
        ("", {"rules": ""}, '"09:30:00 approach", "09:31:00 disparity_threshold"'),
        ("monitor: {signal: {disparity_threshold: -0.2}}", {"rules": ""}, ""),
        ("monitor: {signal: {disparity_threshold: -0.2}}", {"rules": "", "mode": "B"},
         '"09:31:00 disparity_threshold", "09:31:00 breakout"'),
        ("monitor: {signal: {disparity_threshold: -0.06}}", {"rules": "{near: {rule: near_threshold}}"},
         '"09:29:00 near"'),
        ("", {"rules": "{near: {rule: near_threshold}}"}, '"09:30:00 near"'),
        ("monitor: {mode: B}", {"mode": "A", "rules": "{more: {rule: breakout, of: previous_low}}"},
         '"09:30:00 approach", "09:31:00 disparity_threshold", "09:31:00 more"'),
    ],
)  # fmt: skip
def test_rules_are_those_asked_for(check, settings, rest, expect):
    prices = '"09:29:00 9400", "09:30:00 9260", "09:31:00 9100"'
    result = check(one_test(prices, expect, average_won="10000", previous_low_won="9200", **rest), settings)
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize(
    ("prices", "expect"),
    [
        ('"10:00:00 10000", "10:04:59 gap", "10:05:00 9000"', ""),
        ('"10:00:00 10000", "10:05:00 vi", "10:05:01 9000", "10:06:00 resume"', ""),
        ('"10:00:00 10000", "10:05:00 vi", "10:06:00 resume", "10:06:00 9000"', '"10:06:00 fall"'),
        ('"10:00:00 10,000 turnover 1,000 volume 2", "10:05:00 9,000"', '"10:05:00 fall"'),
        ('"08:40:00 10000", "08:45:00 9000"', ""),
        ('"15:26:00 10000", "15:31:00 9000", "15:32:00 9000"', '"15:31:00 fall"'),
    ],
)  # fmt: skip
def test_every_word_of_prices_is_understood(check, prices, expect):
    result = check(one_test(prices, expect))
    assert result.exit_code == 0, result.stdout


def test_a_cooldown_keeps_an_alert_back(check):
    prices = '"10:00:00 10000", "10:00:01 9100", "10:00:02 10000", "10:00:03 9100", "10:10:00 10000", "10:10:01 9100"'
    rules = "{low: {rule: breakout, of: previous_low}, free: {rule: breakout, of: previous_low, cooldown_sec: 2}}"
    expect = '"10:00:01 low", "10:00:01 free", "10:00:03 free", "10:10:01 low", "10:10:01 free"'
    result = check(one_test(prices, expect, rules=rules, previous_low_won="9200"))
    assert result.exit_code == 0, result.stdout


def test_what_must_hold_ends_with_the_session(check):
    rules = "{low: {rule: breakout, of: previous_low, for_sec: 3600}}"
    result = check(one_test('"15:00:00 9000"', "", rules=rules, previous_low_won="9200"))
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize(("resumed", "expect"), [("10:00:59", ""), ("10:01:01", '"10:01:00 stop"')])
def test_an_interruption_holds_until_trading_goes_on(check, resumed, expect):
    rules = "{stop: {rule: vi_or_halt, for_sec: 60}}"
    result = check(one_test(f'"09:59:00 1", "10:00:00 vi", "{resumed} resume"', expect, rules=rules))
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize(
    ("prices", "expect"),
    [('"09:00:05 vi"', '"09:00:05 stop"'), ('"09:00:01 9000", "09:00:05 vi"', '"09:00:05 stop", "09:00:05 both"')],
)
def test_an_interruption_comes_at_the_last_price_if_there_is_one(check, prices, expect):
    low = "low: {rule: breakout, of: previous_low, alert: false}"
    rules = f"{{stop: {{rule: vi_or_halt}}, {low}, both: {{rule: all_of, of: [stop, low]}}}}"
    result = check(one_test(prices, expect, rules=rules, previous_low_won="9200"))
    assert result.exit_code == 0, result.stdout


# --- mistakes, each with its place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (one_test('"10:00 9000"'), "4:14: tests.it.prices[0]: expected a time and a price, found '10:00 9000'"),
        (one_test('"25:00:00 9000"'), "4:14: tests.it.prices[0]: expected a time and a price, found '25:00:00 9000'"),
        (one_test('"10:00:00 cheap"'), "4:14: tests.it.prices[0]: expected a price, or gap, vi, halt or resume"),
        (one_test('"10:00:00 0"'), "4:14: tests.it.prices[0]: expected a price"),
        (one_test('"10:00:00 9000 volume x"'), "4:14: tests.it.prices[0]: expected a price"),
        (one_test('"10:00:01 1", "10:00:00 1"'), "4:28: tests.it.prices[1]: 10:00:00 comes after 10:00:01"),
        (one_test('"10:00:00 1"', '"fall"'),
         "5:14: tests.it.expect[0]: expected a time and a rule, found 'fall'; write"),
        (one_test('"10:00:00 1"', '"10:00:00 fal"'), "5:14: tests.it.expect[0]: 'fal' is no rule of this test"),
        (one_test('"10:00:00 1"', rules="{a: {rule: rapid}}"), "3:23: tests.it.rules.a.rule: expected one of "),
        (one_test('"10:00:00 1"', rules="{a: {fall_ratio: 0.1}}"), "3:13: tests.it.rules.a has no rule; add rule:"),
        (one_test('"10:00:00 1"', rules="{a: {rule: rapid_fall, fall_ratio: 5}}"),
         "3:47: tests.it.rules.a.fall_ratio: expected 0.001 to 0.9, found 5; write 0.9"),
        (one_test('"10:00:00 1"', rules="{a: {rule: rapid_fall, per: {KOSPI: {fall_ratio: 5}}}}"),
         "3:61: tests.it.rules.a.per.KOSPI.fall_ratio: expected 0.001 to 0.9, found 5; write 0.9"),
        (one_test('"10:00:00 1"', rules="{a: {rule: all_of, of: [b]}}"), "3:36: tests.it.rules: a.of names 'b'"),
        (one_test('"10:00:00 1"', average_won="1", closes_won="[1]"), "6:18: tests.it has closes_won too"),
        (one_test('"10:00:00 1"', market="NASDAQ"), "6:13: tests.it.market: expected KOSPI or KOSDAQ, found 'NASDAQ'"),
        (one_test('"10:00:00 1"', pries="1"), "6:5: unknown key 'tests.it.pries'"),
        ("tests:\n  it: {}\n", "2:7: tests.it has no prices; add prices:"),
        ("test: {}\n", "1:1: unknown key 'test'; did you mean tests?"),
        ("", "1:1: the file has no tests; add tests:"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(check, text, said):
    result = check(text)
    assert result.exit_code == 78
    assert lines(result)[0].startswith(f"config/rules.test.yaml:{said}")


def test_every_mistake_is_reported_at_once(check):
    result = check(one_test('"10:00 1", "10:00:00 x"', '"10:00:00 fal"'))
    assert [line.split(": ")[0] for line in lines(result)] == [
        "config/rules.test.yaml:4:14", "config/rules.test.yaml:4:25", "config/rules.test.yaml:5:14",
    ]  # fmt: skip


# --- docs/rules.md


def examples(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


SETTINGS = [text for text in examples("yaml") if text.startswith("monitor:")]
TESTS = [text for text in examples("yaml") if text.startswith("tests:")]


def loaded(text: str, directory: Path) -> Settings:
    path = directory / "settings.yaml"
    path.write_text(text, "utf-8")
    return load(path).settings


def test_every_example_of_the_page_is_known():
    assert len(SETTINGS) + len(TESTS) == len(examples("yaml")) and len(SETTINGS) > 10 and len(TESTS) == 2


@pytest.mark.parametrize("text", SETTINGS)
def test_an_example_of_settings_loads(text, tmp_path):
    assert loaded(text, tmp_path).monitor.rule_book()


def test_the_presets_are_what_the_page_says(tmp_path):
    written = {re.search(r"mode: (.)", text)[1]: text for text in SETTINGS if "These are the same" in PAGE
               and re.search(r"mode: .\n.*rules:\n    (approach|fall): {rule", text, re.DOTALL)}  # fmt: skip
    assert sorted(written) == ["A", "B"]
    for mode, text in written.items():
        assert loaded(text, tmp_path) == loaded(f"monitor: {{mode: {mode}}}", tmp_path)
    assert len(PRESETS["monitor.mode"]) == 2


def test_a_rule_of_a_preset_is_changed_by_its_name(tmp_path):
    (text,) = (text for text in SETTINGS if "enabled: false" in text)
    rules = loaded(text, tmp_path).monitor.rules
    assert (rules["fall"].fall_ratio, rules["fall"].window_sec, rules["breakout"].enabled) == (0.04, 300.0, False)


def told(params: type[msgspec.Struct], names: tuple[str, ...]) -> dict[str, str]:
    """Defaults as the page writes them."""
    defaults = params()
    texts = {name: getattr(defaults, name) for name in names}
    return {name: _written(value) for name, value in texts.items()}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value:g}`"
    return f"`{value}`" if isinstance(value, str) else "none"


def table_after(heading: str) -> dict[str, str]:
    section = re.split(r"\n#+ ", PAGE[PAGE.index(heading) + len(heading) :])[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE))


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if hasattr(rule, "read")])
def test_the_page_has_every_parameter_with_its_default(name):
    if not (ROOT / f"kis_actors/rules/{name}.py").exists():
        pytest.skip("a rule of the reader's own")
    own = tuple(field for field in RULES[name].Params.__struct_fields__ if field not in RuleParams.__struct_fields__)
    assert table_after(f"### `{name}`") == told(RULES[name].Params, own)


def test_the_page_has_what_every_rule_takes():
    table = {name: "none" if text == "all" else text for name, text in table_after("## What every rule takes").items()}
    assert table == told(RuleParams, RuleParams.__struct_fields__)


def test_the_first_example_of_a_test_passes(check):
    result = check(TESTS[0])
    assert result.exit_code == 0, result.stdout


def test_the_worked_example_is_a_rule_that_passes_its_test(tmp_path):
    """In a copy of the package: the new file is all it takes."""
    shutil.copytree(ROOT / "kis_actors", tmp_path / "kis_actors", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (rule,) = examples("python")
    (tmp_path / "kis_actors/rules/off_high.py").write_text(rule, "utf-8")
    (tmp_path / "config/rules.test.yaml").write_text(TESTS[1], "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "kis_actors", "check-config", "--rules"], cwd=tmp_path, capture_output=True,
        encoding="utf-8", env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "PYTHONUTF8": "1"},
    )  # fmt: skip
    (shown,) = examples("console")
    assert ran.stdout.splitlines() == shown.splitlines()[1:], ran.stderr
