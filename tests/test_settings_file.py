import re
import string
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kis_actors import limits
from kis_actors.problems import Place, place_of
from kis_actors.settings import Settings
from kis_actors.settings_file import FLOORS, RANGES, SHIPPED_PATH, SettingsError, flatten, load, resolve, with_overrides

LOOPBACK = 'kis: {rest_url: "http://127.0.0.1:9443", ws_url: "ws://[::1]:21000"}\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.yaml"


@pytest.fixture
def loaded(file: Path):
    def load_text(text: str, *overrides: str):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return load(file, overrides)

    return load_text


@pytest.fixture
def problems(loaded, file: Path):
    def problems_of(text: str, *overrides: str) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            loaded(text, *overrides)
        return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]

    return problems_of


# The shipped file


def test_the_shipped_file_holds_the_defaults():
    assert load(SHIPPED_PATH).settings == Settings()


def test_the_shipped_file_gives_no_warning():
    assert load(SHIPPED_PATH).warnings == ()


def test_the_shipped_comments_hold_the_defaults_too(loaded):
    uncommented = re.sub(r"^( *)# ( *\w+: )", r"\1\2", SHIPPED_PATH.read_text("utf-8"), flags=re.MULTILINE)
    uncommented = re.sub(r"^  # score:", "  score:", uncommented, flags=re.MULTILINE)
    assert loaded(uncommented).settings == Settings()


def test_the_shipped_file_mentions_every_setting():
    text, elsewhere = SHIPPED_PATH.read_text("utf-8"), ("clock.", "monitor.rules.")
    keys = [key for key in flatten(Settings()) if not key.startswith(elsewhere)]
    assert [key for key in keys if key.rpartition(".")[2] not in text] == []


def test_without_a_file_the_shipped_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert load(None).path == str(SHIPPED_PATH)


def test_the_working_directory_comes_before_the_shipped_file(loaded, file: Path, monkeypatch: pytest.MonkeyPatch):
    loaded("monitor: {max_ws_subs: 7}")
    monkeypatch.chdir(file.parent.parent)
    assert load(None).settings.monitor.max_ws_subs == 7


def test_an_empty_file_means_the_defaults(loaded):
    assert loaded("# nothing\n").settings == Settings()


def test_every_problem_is_reported_at_once(problems):
    found = problems("monitor:\n  mode: C\n  max_ws_subs: 50\nkis:\n  env: x\n  foo: 1\n", "monitor.nope=1")
    assert [problem.partition(" ")[0] for problem in found] == ["2:9:", "3:16:", "5:8:", "6:3:", "--set:1:9:"]


# The file itself


def test_a_named_file_must_exist(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"absent\.yaml:1:1: expected a file"):
        load(tmp_path / "absent.yaml")


# Command line


def test_an_override_wins_over_the_file(loaded):
    threshold = "monitor.signal.disparity_threshold"
    text = "monitor: {signal: {disparity_threshold: -0.08}}"
    assert loaded(text, f"{threshold}=-0.06").settings.monitor.signal.disparity_threshold == -0.06


def test_the_last_override_wins(loaded):
    assert loaded("", "kis.env=paper", "kis.env=real").settings.kis.env == "real"


def test_an_override_may_be_a_list(loaded):
    assert loaded("", "kis.ws_reconnect_delays_sec=[5, 10]").settings.kis.ws_reconnect_delays_sec == (5, 10)


def test_an_override_may_be_an_address(loaded):
    assert loaded("", "kis.rest_url=https://kis.example:9443").settings.kis.rest_url == "https://kis.example:9443"


# Limits


def numbers_in(kind: type[msgspec.Struct], prefix: str = "") -> list[str]:
    keys = []
    for item in msgspec.structs.fields(kind):
        if isinstance(item.type, type) and issubclass(item.type, msgspec.Struct):
            keys += numbers_in(item.type, f"{prefix}{item.name}.")
        elif item.type in (int, float) or float in get_args(item.type):
            keys.append(prefix + item.name)
    return keys


def test_every_number_has_its_range():
    assert sorted(numbers_in(Settings)) == sorted(RANGES)


def test_every_floor_lies_within_its_range():
    assert [key for key, (floor, _) in FLOORS.items() if not RANGES[key][0] <= floor <= RANGES[key][1]] == []


def test_a_percentage_taken_for_a_ratio_is_explained(problems):
    assert problems("monitor: {signal: {disparity_threshold: -8}}") == [
        "1:41: monitor.signal.disparity_threshold is a ratio from -0.9 to 0.9: -8 means -800 %; write -0.08 for -8 %"
    ]


@pytest.mark.parametrize("number", ["nan", "inf", "1e400", "9" * 400])
def test_only_finite_numbers_pass(problems, number: str):
    assert len(problems(f"kis: {{rest_timeout_sec: {number}}}")) == 1


def test_a_large_batch_is_cut_with_a_warning(loaded):
    run = loaded("monitor: {rest_batch_size: 50}")
    what = "50 is more than KIS takes; using 30, so 250 codes take 9 calls a scan"
    assert (run.settings.monitor.rest_batch_size, run.warnings) == (30, (f"monitor.rest_batch_size: {what}",))


def test_paper_is_called_once_a_second(loaded):
    run = loaded("kis: {env: paper, rate_limit_sleep_sec: 0.5}")
    assert (run.settings.kis.rate_limit_sleep_sec, len(run.warnings)) == (1, 1)


@pytest.mark.parametrize("key", FLOORS)
def test_a_floor_binds_towards_kis(problems, key: str):
    assert "is below the safety floor of" in problems("", override_below(key))[0]


@pytest.mark.parametrize("key", FLOORS)
def test_a_floor_does_not_bind_on_loopback(loaded, key: str):
    assert loaded(LOOPBACK, override_below(key))


@pytest.mark.parametrize(
    "addresses",
    [
        {"rest_url": "http://127.0.0.1:1"},
        {"ws_url": "ws://localhost:1"},
        {"rest_url": "http://127.0.0.1:1", "ws_url": "ws://kis.example:1"},
        {"rest_url": "http://127.0.0.1.example:1", "ws_url": "ws://localhost:1"},
        {"rest_url": "http://127.0.0.1@kis.example", "ws_url": "ws://localhost:1"},
    ],
)
def test_floors_bind_unless_both_addresses_are_loopback(problems, addresses: dict[str, str]):
    overrides = [f"kis.{name}={url}" for name, url in addresses.items()]
    assert "safety floor of 10" in problems("", "monitor.scan_interval_sec=2", *overrides)[0]


def override_below(key: str) -> str:
    value = f"{FLOORS[key][0] * 0.9:g}"
    return f"{key}=[{value}]" if key.endswith(("delays_sec", "waits_sec")) else f"{key}={value}"


@pytest.mark.parametrize(
    "address", ["kis.example", "ftp://kis.example", "https://", "https://a:70000", "https://[::1", "https://a:0"]
)
def test_an_unusable_address_is_refused(problems, address: str):
    assert problems("", f"kis.rest_url={address}")[0].endswith("write https://HOST:PORT")


def test_half_a_clock_is_refused(problems):
    assert problems("clock: {shows: 2026-11-20T09:00:00+09:00}") == [
        "1:16: clock.shows without clock.anchor sets no clock; add clock.anchor, or remove clock.shows"
    ]


# Presets


def test_mode_b_looks_twice_as_often_at_twice_as_many(loaded):
    monitor = loaded("monitor: {mode: B}").settings.monitor
    assert (monitor.scan_interval_sec, monitor.max_ws_subs) == (30, 40)


def test_a_key_written_out_wins_over_the_mode(loaded):
    assert loaded("monitor: {mode: B}", "monitor.max_ws_subs=25").settings.monitor.max_ws_subs == 25


@pytest.mark.parametrize(
    ("pace", "gap_s"), [("careful", 0.5), ("real", 0.125), ("new_customer", 0.34), ("paper", 1.0)]
)
def test_a_pace_sets_the_gap_between_calls(loaded, pace: str, gap_s: float):
    assert loaded("", f"kis.pace={pace}").settings.kis.rate_limit_sleep_sec == gap_s


def test_a_gap_written_out_wins_over_the_pace(loaded):
    run = loaded("kis: {rate_limit_sleep_sec: 0.2}", "kis.pace=real")
    assert run.settings.kis.rate_limit_sleep_sec == 0.2
    assert run.warnings == ("kis.rate_limit_sleep_sec: 0.2 is written out and wins over the 0.125 of pace real",)


def test_paper_calls_once_a_second_without_being_told(loaded):
    run = loaded("kis: {env: paper}")
    assert (run.settings.kis.rate_limit_sleep_sec, run.warnings) == (1.0, ())


def test_what_paper_lacks_is_taken_back_with_a_warning(loaded):
    run = loaded("kis: {env: paper, ws_status: true}\nmarket: {hours: unified}")
    assert (run.settings.kis.ws_status, run.settings.market.hours) == (False, "krx")
    assert len(run.warnings) == 2


def test_a_pin_that_is_no_code_is_refused(problems):
    assert problems("universe: {pins: [5930]}") == [
        "1:18: universe.pins: expected codes of six digits or capitals such as 000660, found '5930'; write [000660]"
    ]


def test_a_code_pinned_and_excluded_is_refused(problems):
    (problem,) = problems("universe: {pins: ['000660'], exclusions: [000660]}")
    assert problem.endswith("000660 is among universe.pins too; keep one of the two")


def test_more_feeds_than_kis_registers_are_pointed_out(loaded):
    run = loaded("monitor: {max_ws_subs: 40}\nkis: {ws_status: true}")
    assert run.warnings == ("monitor.max_ws_subs: 40 codes of 2 feeds are too many; following 20",)


def test_a_mode_without_effect_is_pointed_out(loaded):
    run = loaded("monitor: {scan_interval_sec: 60}", "monitor.mode=B")
    assert run.warnings == ("monitor.scan_interval_sec: 60 is written out and wins over the 30 of mode B",)


# Files that settings name


def test_an_absolute_name_stays(tmp_path: Path):
    assert resolve("config/settings.yaml", str(tmp_path / "x.csv")) == tmp_path / "x.csv"


def test_a_file_here_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "x.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert resolve(SHIPPED_PATH, "x.csv") == Path("x.csv")


def test_a_file_elsewhere_belongs_to_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert resolve(SHIPPED_PATH, "config/universe.csv") == SHIPPED_PATH.parent / "universe.csv"


def test_a_rule_left_empty_is_refused_with_its_place(problems):
    (problem,) = problems("monitor:\n  rules:\n    a:\n")
    assert problem.startswith("3:7: monitor.rules.a: expected keys and values, found nothing")


def test_a_rule_for_nobody_is_refused(problems):
    (problem,) = problems("monitor: {rules: {a: {rule: rapid_fall, codes: [nobanks]}}}")
    assert "'nobanks', which is no code and none of monitor.groups" in problem


# Rules that make no sense, each mistake with its place


RULES = """\
monitor:
  groups: {banks: ["105560"]}
  rules:
    low:
      rule: breakout
      of: previous_low
%s
"""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("    a: {rule: all_of, of: [low, a]}",
         "7:33: monitor.rules: a -> a goes in a circle; take one of them out of it"),
        ("    a: {rule: not, of: [b]}\n    b:\n      rule: any_of\n      of: [low, a]",
         "10:17: monitor.rules: a -> b -> a goes in a circle; take one of them out of it"),
        ("    a: {rule: any_of, of: [low, lov]}",
         "7:33: monitor.rules: a.of names 'lov', which is no rule here; write low"),
        ("    a: {rule: any_of}",
         "7:5: monitor.rules: a.of names no rule; write of: and the names of other rules, such as [fall]"),
        ("    a:\n      rule: any_of\n      of: []",
         "9:11: monitor.rules: a.of names no rule; write of: and the names of other rules, such as [fall]"),
        ("    a: {rule: rapid_fall, codes: [banks, bank]}",
         "7:42: monitor.rules: a.codes names 'bank', which is no code and none of monitor.groups; write banks"),
        ("    a:\n      rule: rapid_fall\n      per: {bonds: {for_sec: 1}}",
         "9:13: monitor.rules: a.per names 'bonds', which is no code and none of monitor.groups; write banks"),
        ("    a: {rule: rapid_fall, per: {banks: {fal_ratio: 0.1}}}",
         "7:52: monitor.rules: a.per.banks changes 'fal_ratio', which is none of for_sec"),
        ("    disparity_threshold: {rule: rapid_fall}",
         "7:5: monitor.rules: the name disparity_threshold is taken by monitor.signal; give the rule another name"),
        ("    a: {}", "7:5: monitor.rules.a has no rule; add rule: and its kind"),
        ("    a: {for_sec: 1}", "7:5: monitor.rules.a has no rule; add rule: and its kind"),
        ("    approach: {window_sec: 60}",
         "7:28: monitor.rules.approach.window_sec: near_threshold has no such key; write one of enabled, alert"),
        ("    a.b: {rule: rapid_fall}",
         "7:5: monitor.rules.a.b: the name 'a.b' has a dot, which stands between keys; write a_b"),
        ("    low.er:\n      rule: rapid_fall\n      for_sec: 1",
         "7:5: monitor.rules.low.er: the name 'low.er' has a dot, which stands between keys; write low_er"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_rules_has_its_place(problems, written, said):
    (problem,) = problems(RULES % written)
    assert problem.startswith(said)


def test_a_group_with_a_dot_in_its_name_has_its_place(problems):
    (problem,) = problems("monitor:\n  groups:\n    big.banks: ['105560']\n")
    assert problem.startswith("3:5: monitor.groups.big.banks: the name 'big.banks' has a dot")


@pytest.mark.parametrize(
    ("key", "place"),
    [("a.of[1]", (2, 2)), ("a.of[0]", (3, 3)), ("a.of", (3, 3)), ("a.x.y", (4, 4)), ("b.of[1]", (1, 1)), ("", (1, 1))],
)
def test_a_key_without_a_place_is_where_it_belongs(key, place):
    places = {"a.of[1]": Place("f", 2, 2), "a.of": Place("f", 3, 3), "a": Place("f", 4, 4)}
    assert place_of(key, places, "f") == Place("f", *place)


def test_every_mistake_in_the_rules_is_reported(problems):
    two = "    a: {rule: any_of, of: [x]}\n    b: {rule: rapid_fall, codes: [c]}\n    d: {rule: not, of: [y, low]}"
    assert [problem.split(": ")[0] for problem in problems(RULES % two)] == ["7:28", "8:35", "9:25"]


def test_a_mistake_of_the_command_line_is_there(problems):
    (problem,) = problems(RULES % "    a: {rule: any_of, of: [low]}", "monitor.rules.a.of=[x]")
    assert problem.startswith("--set:1:21: monitor.rules: a.of names 'x'")


def test_a_mistake_of_the_file_stays_there(problems):
    (problem,) = problems(RULES % "    a: {rule: any_of}", "monitor.rules.a.for_sec=1")
    assert problem.startswith("7:5: monitor.rules: a.of names no rule")


def test_a_mistake_in_past_settings_is_refused_too(loaded):
    run = loaded(RULES % "    a: {rule: any_of, of: [low]}").settings
    with pytest.raises(SettingsError, match=r"--set:1:20: monitor\.rules: a\.of names no rule"):
        with_overrides(run, ["monitor.rules.low.enabled=true", "monitor.rules.a.of=[]"])


def test_rules_nested_too_deep_are_refused(problems):
    chain = "\n".join(f"    r{number}: {{rule: not, of: [r{number + 1}]}}" for number in range(1000))
    found = problems(RULES % f"{chain}\n    r1000: {{rule: rapid_fall}}")
    assert found[0].startswith("57:27: monitor.rules: r0 is made of others that are made of others, more than 50 times")


def test_one_key_of_a_preset_s_rule_may_be_written_out_alone(loaded):
    rules = loaded("monitor: {mode: B, rules: {breakout: {of: day_low}}}").settings.monitor.rules
    assert (rules["breakout"].of, type(rules["breakout"]).__struct_config__.tag) == ("day_low", "breakout")


def test_a_preset_s_name_may_be_given_to_another_kind_of_rule(loaded):
    rules = loaded("monitor: {mode: B, rules: {breakout: {rule: vi_or_halt}}}").settings.monitor.rules
    assert rules["breakout"].__struct_config__.tag == "vi_or_halt"


def test_settings_are_flattened_to_dotted_keys():
    assert flatten(Settings())["monitor.signal.ma_days"] == 25


# Whatever is written


SHIPPED = SHIPPED_PATH.read_text("utf-8")
WORDS = sorted(set(re.findall(r"\w+", SHIPPED))) + list("[]{}:,-&*!|>%@`\"'#?\n\t~<") + ["  ", ": ", "\n  ", "- "]
TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=string.printable),
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
    st.tuples(st.integers(0, len(SHIPPED)), st.text(max_size=5), st.integers(0, 5)).map(
        lambda cut: SHIPPED[: cut[0]] + cut[1] + SHIPPED[cut[0] + cut[2] :]
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, override=st.one_of(TEXTS, st.tuples(st.sampled_from(sorted(RANGES)), TEXTS).map("=".join)))
def test_any_text_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str, override: str):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load(path, [override])
    except SettingsError as error:
        assert error.problems


@pytest.mark.parametrize("value", ["-5", "0", "1e9"])
def test_a_number_of_a_rule_of_one_s_own_is_judged_by_its_unit(problems, monkeypatch, value):
    monkeypatch.delitem(limits.RULE_RANGES, "window_sec")
    (problem,) = problems(f"monitor: {{rules: {{fall: {{rule: rapid_fall, window_sec: {value}}}}}}}")
    assert "monitor.rules.fall.window_sec: expected 1 to 86400" in problem


def test_a_number_without_a_unit_may_be_any():
    assert limits.range_in_rule("times") == (1, 1000) and limits.range_in_rule("whatever") is None
