"""The page of every command, as the command line itself explains it."""

from collections.abc import Iterator
from copy import copy

import click

from kis_actors.cli import cli
from manual.wording import in_korean, korean

TITLES = {"en": "Commands", "ko": "명령"}
INTROS = {
    "en": """`./tools/kis-actors COMMAND`, or `kis-actors COMMAND` where the package is installed. What each exit status
means is in [Troubleshooting](../troubleshooting.md#exit-statuses).""",
    "ko": """`./tools/kis-actors 명령`, 패키지를 설치했다면 `kis-actors 명령`입니다. 종료 상태의 뜻은
[문제 해결](../troubleshooting.md#종료-상태)에 있습니다.""",
}
WIDTH = 100


def commands(group: click.Group = cli, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words, in order."""
    for name, command in sorted(group.commands.items()):
        words = f"{before} {name}".lstrip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words, command


def page(language: str) -> str:
    """The whole page. Raises Unsaid."""
    parts = [f"# {TITLES[language]}", INTROS[language]]
    for words, command in commands():
        parts.append(f"## {words}")
        if language == "ko":
            parts.append(in_korean("commands", words))
        parts.append(f"```text\n{_help(words, command)}\n```")
    return "\n\n".join(parts) + "\n"


def strangers() -> list[str]:
    """Names in the Korean book that are no command any more."""
    return sorted(set(korean("commands")) - {words for words, _ in commands()})


def _help(words: str, command: click.Command) -> str:
    """The same on every terminal."""
    widths, name = {"terminal_width": WIDTH, "max_content_width": WIDTH}, f"kis-actors {words}"
    command = copy(command)
    command._help_option = None  # click remembers how it was called first, perhaps by itself, without our `-h`
    context = click.Context(command, info_name=name, **widths, **cli.context_settings)  # as if it were called by cli
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
