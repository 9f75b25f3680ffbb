"""Settings read again while the daemon runs."""

import pytest
from facts import settings

from kis_actors.messages import SettingsChanged, SettingsRefused, SettingsUnchanged
from kis_actors.problems import Problem, SettingsError
from kis_actors.reload import reloaded
from kis_actors.settings import Settings

BEFORE = settings()


def after(**sections: object) -> SettingsChanged | SettingsRefused | None:
    return reloaded(BEFORE, lambda: settings(**sections))


def test_what_only_cores_go_by_is_swapped_and_said():
    told = after(monitor={"max_ws_subs": 7})
    assert isinstance(told, SettingsChanged)
    assert (told.settings.monitor.max_ws_subs, told.difference) == (7, ("monitor.max_ws_subs: 20 -> 7",))


def test_a_new_rule_is_said_with_what_it_is():
    told = after(monitor={"rules": {"crash": {"rule": "rapid_fall"}}})
    assert isinstance(told, SettingsChanged)
    assert "monitor.rules.crash.rule: none -> rapid_fall" in told.difference


def test_how_loud_a_channel_is_may_change():
    assert isinstance(after(notify={"telegram": {"operator": "silent"}}), SettingsChanged)


@pytest.mark.parametrize(
    ("sections", "key"),
    [
        ({"kis": {"rest_timeout_sec": 3.0}}, "kis.rest_timeout_sec"),
        ({"monitor": {"signal": {"use_intraday": False}}}, "monitor.signal.use_intraday"),
        ({"notify": {"telegram": {"enabled": True}}}, "notify.telegram.enabled"),
    ],
)  # fmt: skip
def test_what_only_a_start_reads_is_refused(sections, key):
    assert after(**sections) == SettingsRefused(reasons=(f"{key} changes only at a start",))


def test_nothing_of_a_half_usable_change_is_taken():
    told = after(monitor={"max_ws_subs": 7}, kis={"rest_timeout_sec": 3.0})
    assert told == SettingsRefused(reasons=("kis.rest_timeout_sec changes only at a start",))


def test_settings_with_mistakes_are_refused_with_all_of_them():
    mistakes = tuple(Problem("settings.yaml", line, 1, "a mistake", "mend it") for line in (1, 2))

    def reread() -> Settings:
        raise SettingsError(mistakes)

    assert reloaded(BEFORE, reread) == SettingsRefused(reasons=tuple(map(str, mistakes)))


def test_the_same_settings_are_no_news():
    assert after() == SettingsUnchanged()
