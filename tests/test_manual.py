"""The documentation says what the code says: pages made from it, both languages, and every name on every page."""

import ast
import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from e2e.shown import BLOCK, DOCS, ROOT, pages
from manual import commands_pages, events_pages, made, settings_pages
from manual.pictures import SCENES
from manual.scenes import OPENS, Scene, looks
from manual.wording import Unsaid, claim_of, meanings_of

from kis_actors.cli import cli
from kis_actors.commands.rule_test_file import RuleTest
from kis_actors.commands.rule_tests import outcome_of
from kis_actors.messages import NAMES
from kis_actors.rules import RULES
from kis_actors.settings import Monitor, Settings

BOOKS = {"settings": settings_pages, "events": events_pages, "commands": commands_pages}
ALIKE = re.compile(r"^```(?:yaml|python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
COMMENT = re.compile(r"\s*#.*$", re.MULTILINE)


def in_korean(page: Path) -> Path:
    return page.with_suffix(".ko.md")


TRANSLATED = [page for page in pages() if in_korean(page).exists()]


# --- what is made from code


def test_pages_and_pictures_are_as_the_code_says():
    assert [str(path) for path, _ in made.stale()] == [], "run ./tools/docs"


@pytest.mark.parametrize("book", BOOKS)
def test_the_korean_book_names_nothing_that_is_gone(book):
    assert BOOKS[book].strangers() == []


def test_every_setting_and_command_is_on_its_page():
    page = settings_pages.page("en")
    assert all(f"`{one.key}`" in page for _, _, leaves in settings_pages.sections() for one in leaves)
    assert all(f"\n## {words}\n" in commands_pages.page("en") for words, _ in commands_pages.commands())
    assert {words.split()[0] for words, _ in commands_pages.commands()} == set(cli.commands)


def test_every_event_is_on_its_page_with_who_says_it():
    page = events_pages.page("en")
    assert page.count("\n### ") == len(list(events_pages.told()))
    assert {one.kind for one in events_pages.told() if one.is_event} == set(NAMES)
    assert page.index("## Decided by SignalActor") < page.index("### SignalRaised") < page.index("## Decided by Notify")


def test_a_docstring_is_split_by_the_names_it_speaks_of():
    class Told:
        """What is so. It may speak: of this.

        first: a thing, 0: for none. second, third: two; fourth: one.
        """

    names = ("first", "second", "third", "fourth")
    assert claim_of(Told, names) == "What is so. It may speak: of this."
    assert meanings_of(Told, names) == {
        "first": "a thing, 0: for none.", "second": "two", "third": "two", "fourth": "one.",
    }  # fmt: skip


def test_a_setting_without_words_is_named():
    class Bare(Monitor, frozen=True, kw_only=True):
        """Nothing."""

        nameless: int = 1

    info = settings_pages.fields(Bare)[-1]
    with pytest.raises(Unsaid, match=r"no Korean line for Bare.nameless: add one to tools/manual/korean/settings.yaml"):
        settings_pages.meaning(settings_pages.Setting("monitor.nameless", Bare, info), "ko")


# --- pictures


def test_every_kind_of_rule_has_its_picture():
    assert sorted(SCENES) == sorted(RULES)
    page = (DOCS / "rules.md").read_text("utf-8")
    assert all(f"(pictures/rule-{kind}.svg)" in page for kind in RULES)


def scripted(scene: Scene) -> RuleTest:
    """The same morning as a rule test."""
    prices, volume = [], 0
    for look in looks(scene):
        turnover = volume = volume + look.step_won
        at = f"{OPENS.replace(hour=9 + int(look.minute) // 60, minute=int(look.minute) % 60):%H:%M}"
        seconds = f"{round(look.minute % 1 * 60):02}"
        word = "vi" if not look.is_seen else f"{look.price_won} turnover {turnover}"
        prices += [f"{at}:{seconds} resume"] if look.minute == scene.interruption[1] else []
        prices += [f"{at}:{seconds} {word}"]
    rules = {name: params | {"cooldown_sec": 0} for name, params in scene.rules.items()}
    rules = settings_pages.msgspec.convert({"rules": rules}, Monitor).rules
    average = 10_000 if scene.has_average else None
    return RuleTest(rules=rules, prices=tuple(prices), previous_low_won=scene.low_won, average_won=average)


@pytest.mark.parametrize("kind", SCENES)
def test_a_picture_shows_the_alerts_of_the_rule_itself(kind):
    scene = SCENES[kind]
    drawn = [clock(look.minute) for look in looks(scene) if look.has_fired]
    told = [line.split() for line in outcome_of(kind, scripted(scene), Settings()).found]
    assert drawn and drawn == [at for at, name in told if name == scene.told]


@pytest.mark.parametrize("kind", SCENES)
def test_the_dashed_line_of_a_picture_is_where_the_rule_begins_to_hold(kind):
    path = [look for look in looks(SCENES[kind]) if look.trigger_won]
    told = SCENES[kind].told
    assert all((look.price_won <= look.trigger_won) == (told in look.holds) for look in path)


def clock(minute: float) -> str:
    return f"{datetime(2026, 1, 1, 9 + int(minute) // 60, int(minute) % 60, round(minute % 1 * 60)):%H:%M:%S}"


# --- both languages


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.stem)
def test_both_languages_show_the_same_code(page):
    english, korean = page.read_text("utf-8"), in_korean(page).read_text("utf-8")
    assert ALIKE.findall(english) == ALIKE.findall(korean)
    shown = [[COMMENT.sub("", block) for block in BLOCK.findall(text)] for text in (english, korean)]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.stem)
def test_both_languages_have_the_same_headings_and_pictures(page):
    english, korean = page.read_text("utf-8"), in_korean(page).read_text("utf-8")
    tables = () if page.parent.name == "reference" else (r"^\|[-|]+\|$",)
    for shape in (r"^#+(?= )", r"\(pictures/[^)]*\)", *tables):
        assert re.findall(shape, english, re.MULTILINE) == re.findall(shape, korean, re.MULTILINE)


def test_traders_find_every_page_in_korean():
    nav = (ROOT / "mkdocs.yml").read_text("utf-8")
    section = nav[nav.index("For traders:\n      - ") : nav.index("- For contributors:\n      - ")]
    assert [name for name in re.findall(r"- (\S+\.md)", section) if not in_korean(DOCS / name).exists()] == []


def test_every_command_stands_where_it_is_run():
    """In a block marked sh: what is only indented is not tried."""
    indented = re.compile(r"^    (?:\./tools/|kis-actors )\S.*$", re.MULTILINE)
    texts = [(page.name, re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)) for page in pages()]
    assert [(name, line) for name, text in texts for line in indented.findall(text)] == []


# --- names on the pages


def inline() -> list[tuple[str, str]]:
    """Each piece of inline code, with the page it is on."""
    texts = [(page.name, page.read_text("utf-8")) for suffix in (".md", ".ko.md") for page in pages(suffix)]
    return [(name, code) for name, text in texts for code in INLINE.findall(re.sub(r"```.*?```", "", text, flags=re.S))]


def test_every_command_that_a_page_names_exists():
    command = re.compile(r"^(?:\S*/)?kis-actors ([a-z][\w-]*)")
    named = [(page, word) for page, code in inline() for word in command.findall(code)]
    assert len(named) > 10 and [one for one in named if one[1] not in cli.commands] == []


def test_every_setting_that_a_page_names_exists():
    keys = [one.key for _, _, leaves in settings_pages.sections() for one in leaves]
    sections = {key.split(".")[0] for key in keys}
    named = [(page, key) for page, code in inline() for key in re.findall(r"^([a-z]+(?:\.[a-z_]\w*)+)(?::|$)", code)]
    named = [(page, key) for page, key in named if key.split(".")[0] in sections and not key.endswith((".py", ".yaml"))]
    known = {".".join(key.split(".")[:depth]) for key in keys for depth in (1, 2, 3)}
    assert len(named) > 50 and [one for one in named if one[1] not in {*known, "notify.file.enabled"}] == []


@cache
def said() -> str:
    """All text that the product can say, a line for each piece between what is filled in."""
    modules = [ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "kis_actors").rglob("*.py"))]
    constants = [node.value for module in modules for node in ast.walk(module) if isinstance(node, ast.Constant)]
    return "\n".join(value for value in constants if isinstance(value, str))


@pytest.mark.parametrize("name", ["troubleshooting.md", "troubleshooting.ko.md"])
def test_every_message_of_troubleshooting_is_one_of_the_product(name):
    text = (DOCS / name).read_text("utf-8")
    rows = [row.split(" | ")[0] for row in re.findall(r"^\| (`?.*)$", text, re.MULTILINE)]
    quoted = [code for row in rows for code in INLINE.findall(row) if " " in code and "PATH" not in code]
    parts = [part.strip(" .:;") for code in quoted for part in code.split("…")]
    assert len(quoted) > 25 and [part for part in parts if part not in said()] == []
