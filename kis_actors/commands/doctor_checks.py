"""The checks of doctor in their order, and what happens to those that cannot be made. No secret leaves here."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from kis_actors.commands import doctor_local as local
from kis_actors.commands.doctor_http import without
from kis_actors.commands.doctor_local import Case, Finding, Trouble, skipped
from kis_actors.commands.doctor_network import Network
from kis_actors.printable import plain


class Check(NamedTuple):
    """One thing to look at. needs: checks that must have gone well before, because this one builds on them."""

    name: str
    look: Callable[[], Iterator[Finding]]
    needs: tuple[str, ...] = ()
    is_network: bool = False


def examine(case: Case, *, is_offline: bool) -> Iterator[tuple[str, Finding]]:
    """Each check's name with one finding, as they are made; a check may have several."""
    went_well: dict[str, bool] = {}
    for check in checks_of(case):
        findings = _findings(check, went_well, is_offline)
        went_well[check.name] = all(finding.result in ("pass", "warn") for finding in findings)
        for result, found, advice in findings:
            yield check.name, Finding(result, _shown(found, case), _shown(advice, case))


def checks_of(case: Case) -> tuple[Check, ...]:
    """All checks, in order. Nothing is looked at yet."""
    network = Network(case)
    keys = ("credentials", "data directory", "daemon", "app key")
    return (
        Check("machine", local.machine),
        Check("settings", partial(local.settings, case)),
        Check("universe", partial(local.universe, case), ("settings",)),
        Check("calendar", partial(local.calendar, case), ("settings",)),
        Check("data directory", partial(local.data_directory, case), ("settings",)),
        Check("daemon", partial(local.daemon, case), ("settings",)),
        Check("credentials", partial(local.credentials, case), ("settings",)),
        Check("app key", partial(local.app_key, case), ("credentials", "daemon")),
        Check("account", partial(local.account, case), ("settings",)),
        Check("token", network.token, keys, is_network=True),
        Check("batch quote", network.batch_quote, ("token", "universe"), is_network=True),
        Check("daily bars", network.daily_bars, ("token", "universe"), is_network=True),
        Check("approval key", network.approval_key, ("token",), is_network=True),
        Check("clock", network.clock, ("credentials",), is_network=True),
        Check("telegram", network.telegram, ("credentials",), is_network=True),
        Check("discord", network.discord, ("credentials",), is_network=True),
    )


def _findings(check: Check, went_well: dict[str, bool], is_offline: bool) -> tuple[Finding, ...]:
    if check.is_network and is_offline:
        return (skipped("--offline"),)
    if missing := [name for name in check.needs if not went_well[name]]:
        return (skipped(f"not looked at without {' and '.join(missing)}"),)
    try:
        return tuple(check.look())
    except Trouble as trouble:
        return (trouble.finding,)


def _shown(text: str, case: Case) -> str:
    return plain(without(case.secrets, text)).replace("\n", " ")
