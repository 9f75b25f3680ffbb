"""The laws of the design that can be read off the source: who may import whom, and what a core may not do."""

from collections.abc import Callable, Iterable

import pytest
from tidy import (
    Finding,
    Source,
    broken_owners,
    broken_rows,
    caught_all,
    impurities,
    is_core,
    planted,
    row_of,
    sources,
    too_long,
    undocumented,
    unordered,
    writing_connections,
)

SOURCES = sources()
MODULES = tuple(source.module for source in SOURCES)
FILE_LINES_MAX, FUNCTION_LINES_MAX = 300, 50


def check(findings: Iterable[Finding]) -> None:
    """Fails with every finding on a line of its own."""
    listed = [str(finding) for finding in findings]
    assert not listed, "\n" + "\n".join(listed)


def everywhere(look: Callable[[Source], Iterable[Finding]]) -> list[Finding]:
    return [finding for source in SOURCES for finding in look(source)]


def in_cores(look: Callable[[Source], Iterable[Finding]]) -> list[Finding]:
    return [finding for source in SOURCES if is_core(source.module) for finding in look(source)]


def found(look: Callable[[Source], Iterable[Finding]], text: str, path: str = "kis_actors/actors/scan.py") -> list[str]:
    """What the checker finds in `text`."""
    return [f"{finding.line}: {finding.what}" for finding in look(planted(path, text))]


def rows(source: Source) -> Iterable[Finding]:
    return broken_rows(source, MODULES)


def sizes(source: Source) -> Iterable[Finding]:
    return too_long(source, file_lines_max=FILE_LINES_MAX, function_lines_max=FUNCTION_LINES_MAX)


# --- the project


def test_modules_import_only_what_their_row_allows():
    check(everywhere(rows))


def test_libraries_are_known_only_to_their_owners():
    check(everywhere(broken_owners))


def test_only_writers_open_a_log_for_writing():
    check(everywhere(writing_connections))


def test_cores_read_no_clock_chance_or_file():
    check(in_cores(impurities))


def test_cores_never_iterate_over_a_set():
    check(in_cores(unordered))


def test_only_named_modules_catch_everything():
    check(everywhere(caught_all))


def test_every_public_name_has_a_docstring():
    check(everywhere(undocumented))


def test_files_and_functions_stop_in_time():
    check(everywhere(sizes))


def test_every_module_of_the_project_is_read():
    assert {"eventlog.store", "kis_actors.actors.scan", "kis_actors.app", "kis_actors"} <= set(MODULES)


def test_all_five_actors_are_cores():
    assert all(is_core(f"kis_actors.actors.{name}") for name in ("scan", "subscription", "ws", "signal", "notify"))


# --- the checker itself


@pytest.mark.parametrize(
    ("path", "text", "target"),
    [
        ("eventlog/store.py", "from kis_actors.units import KST", "kis_actors.units"),
        ("kis_actors/units.py", "import kis_actors.settings", "kis_actors.settings"),
        ("kis_actors/kis/frames.py", "from kis_actors.messages import Event", "kis_actors.messages"),
        ("kis_actors/messages/rest.py", "from kis_actors.kis.rest import Quote", "kis_actors.kis.rest"),
        ("kis_actors/rules/new.py", "from kis_actors.messages import Event", "kis_actors.messages"),
        ("kis_actors/turn.py", "from kis_actors.settings import Settings", "kis_actors.settings"),
        ("kis_actors/ports.py", "from kis_actors.turn import Core", "kis_actors.turn"),
        ("kis_actors/texts.py", "from kis_actors.actors import notify", "kis_actors.actors.notify"),
        ("kis_actors/actors/scan.py", "from kis_actors.actors.ws import FEED", "kis_actors.actors.ws"),
        ("kis_actors/actors/scan.py", "from kis_actors.actors import ws", "kis_actors.actors.ws"),
        ("kis_actors/actors/scan.py", "from .ws import FEED", "kis_actors.actors.ws"),
        ("kis_actors/actors/scan.py", "from . import ws", "kis_actors.actors.ws"),
        ("kis_actors/actors/scan.py", "from kis_actors.adapters.clock import Clock", "kis_actors.adapters.clock"),
        ("kis_actors/actors/base.py", "from kis_actors.journal import Journal", "kis_actors.journal"),
        ("kis_actors/market/universe.py", "from kis_actors.yaml_file import Problem", "kis_actors.yaml_file"),
        ("kis_actors/channels/log.py", "from kis_actors.adapters.keys import Keys", "kis_actors.adapters.keys"),
        ("kis_actors/simulator/serve.py", "from kis_actors.kis import rest", "kis_actors.kis.rest"),
        ("kis_actors/journal.py", "from kis_actors.app import App", "kis_actors.app"),
    ],
)
def test_an_import_against_the_table_is_found(path, text, target):
    module = planted(path, text).module
    assert found(rows, text, path) == [f"1: {module} imports {target}"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kis_actors/market/calendar.py", "from kis_actors.yaml_file import Problem"),
        ("kis_actors/actors/scan.py", "from kis_actors.actors.base import CoreActor"),
        ("kis_actors/actors/scan.py", "from .base import CoreActor"),
        ("kis_actors/system.py", "from kis_actors.actors import scan"),
        ("kis_actors/actors/scan.py", "from datetime import date"),
    ],
)
def test_an_import_within_the_table_is_allowed(path, text):
    assert found(rows, text, path) == []


def test_the_broken_row_is_named():
    (finding,) = rows(planted("kis_actors/turn.py", "\nimport kis_actors.app"))
    assert str(finding) == (
        "kis_actors/turn.py:2: kis_actors.turn imports kis_actors.app (import table, row kis_actors.turn: "
        "may import kis_actors.messages); move what it needs down, or hand it in as an argument"
    )


def test_the_longest_fitting_row_binds():
    assert row_of("kis_actors.market.calendar") == "kis_actors.market.calendar"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kis_actors/actors/scan.py", "import pykka"),
        ("kis_actors/kis/rest.py", "import requests"),
        ("kis_actors/app.py", "from websocket import WebSocket"),
        ("kis_actors/adapters/http.py", "from starlette.routing import Route"),
        ("kis_actors/recovery.py", "import sqlite3"),
        ("kis_actors/commands/export_rows.py", "from arro3.core import Array"),
        ("kis_actors/cli.py", "from tools import environment"),
        ("eventlog/store.py", "from tests.story import given"),
    ],
)
def test_a_library_in_the_wrong_place_is_found(path, text):
    assert len(found(broken_owners, text, path)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kis_actors/system.py", "import pykka"),
        ("kis_actors/adapters/kis_socket.py", "from websocket import WebSocket"),
        ("kis_actors/simulator/ws.py", "from websockets.frames import Frame"),
    ],
)
def test_a_library_in_its_place_is_allowed(path, text):
    assert found(broken_owners, text, path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("eventlog/mark.py", "connection = sqlite3.connect(path)"),
        ("eventlog/store.py", "class Reader:\n    def f(self): self._c = sqlite3.connect(path)"),
        ("eventlog/store.py", "def last(path): return sqlite3.connect(path, uri=True)"),
        ("eventlog/store.py", "class Reader:\n    def f(self): self._c = sqlite3.connect(f'{path}?mode=rw', uri=True)"),
        ("eventlog/store.py", "class Reader:\n    def f(self): self._c = sqlite3.connect(f'{path}?mode=ro')"),
        ("kis_actors/app.py", "from sqlite3 import connect\nc = connect('var/events/2026-11-20.db')"),
    ],
)
def test_a_second_writer_is_found(path, text):
    assert len(found(writing_connections, text, path)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("eventlog/store.py", "class Writer:\n    def f(self): self._c = sqlite3.connect(path)"),
        ("eventlog/store.py", "class Reader:\n    def f(self): self._c = sqlite3.connect(f'{path}?mode=ro', uri=True)"),
        ("kis_actors/adapters/http.py", "connection.connect()"),
    ],
)
def test_a_reader_and_the_writer_are_allowed(path, text):
    assert found(writing_connections, text, path) == []


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "from time import monotonic",
        "import random",
        "from os import environ",
        "import threading",
        "def decide():\n    from secrets import token_hex",
        "now = datetime.now()",
        "now = datetime.datetime.now(KST)",
        "day = date.today()",
        "now = datetime.utcnow()",
        "text = open('file').read()",
        "print('here')",
        "slot = hash(code) % 40",
    ],
)
def test_an_impurity_is_found(text):
    assert len(found(impurities, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date, datetime, time",
        "now = event.now",
        "self._link.open(record)",
        "day = time.fromisoformat(text)",
        "asked = state.open",
    ],
)
def test_a_pure_line_is_allowed(text):
    assert found(impurities, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "for code in {1, 2}: pass",
        "for code in set(codes): pass",
        "codes = [code for code in frozenset(codes)]",
        "codes = {code: 1 for code in {code for code in codes}}",
        "codes = list({1, 2})",
        "codes = tuple(set(codes))",
        "text = ', '.join(set(codes))",
        "wanted = set(codes)\nfor code in wanted: pass",
        "def f(codes: set[str]) -> None:\n    return [*codes]",
        "for code in slots.keys() - targets.keys(): pass",
        "for code in set(a) | set(b): pass",
        "code = {1, 2}.pop()",
        "class State:\n    codes: frozenset[str]",
    ],
)
def test_an_iteration_over_a_set_is_found(text):
    assert len(found(unordered, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "codes = sorted(set(codes))",
        "is_known = code in {1, 2}",
        "count = len(set(codes))",
        "for code in (1, 2): pass",
        "for code in {1: 2}: pass",
        "for code in dict.fromkeys(codes): pass",
        "room = SLOTS_MAX - len(asked)\nrest = wanted[:room]",
    ],
)
def test_a_set_that_is_not_iterated_is_allowed(text):
    assert found(unordered, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "try: pass\nexcept: pass",
        "try: pass\nexcept Exception: pass",
        "try: pass\nexcept (ValueError, BaseException) as error: pass",
        "with suppress(Exception): pass",
    ],
)
def test_catching_everything_is_found(text):
    assert len(found(caught_all, text)) == 1


@pytest.mark.parametrize("path", ["kis_actors/app.py", "kis_actors/actors/base.py", "kis_actors/journal.py"])
def test_these_three_may_catch_everything(path):
    assert found(caught_all, "try: pass\nexcept Exception: pass", path) == []


def test_expected_trouble_may_be_caught():
    assert found(caught_all, "try: pass\nexcept (OSError, ValueError): pass") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = 1", "1: module kis_actors.actors.scan has no docstring"),
        ('"""M."""\ndef f(): pass', "2: f has no docstring"),
        ('"""M."""\nclass C:\n    """C."""\n    def m(self): pass', "4: C.m has no docstring"),
    ],
)
def test_a_missing_docstring_is_found(text, what):
    assert found(undocumented, text) == [what]


def test_private_names_need_no_docstring():
    assert found(undocumented, '"""M."""\ndef _f(): pass\nclass _C:\n    def m(self): pass') == []


def test_a_file_too_long_is_found():
    assert found(sizes, "\n" * 301) == ["301: kis_actors/actors/scan.py has 301 lines"]


def test_a_function_too_long_is_found():
    assert found(sizes, "def f():\n" + "    pass\n" * 50) == ["1: f has 51 lines"]
