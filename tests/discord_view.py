"""What a person sees of a message in Discord, worked out the way its client does; shares no code with the product.

After what is known of the client's parser: at each place the first rule that fits wins, and a backslash takes the
meaning of the sign behind it. What is not plain text is shown between ⟦ and ⟧, with the kind of markup it is.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class Rule(NamedTuple):
    """A kind of markup. at_start: only where a line begins."""

    kind: str
    pattern: re.Pattern[str]
    at_start: bool = False


def _rule(kind: str, pattern: str, *, at_start: bool = False) -> Rule:
    return Rule(kind, re.compile(pattern, re.DOTALL), at_start)


EMOJI_OF_DIGITS = ("100", "1234")
ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
ADDRESS = re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"')\]\s]")
SHORTCODE = re.compile(r":([^\s:]+):")
RULES = (
    _rule("quote", r" *>(?:>>)? +[^\n]*", at_start=True),
    _rule("heading", r"#{1,3}\s+[^\n]+", at_start=True),
    _rule("small", r"-# +[^\n]+", at_start=True),
    _rule("list", r" *(?:[*-]|[0-9]+\.) +[^\n]+", at_start=True),
    _rule("code block", r"```.*?[^\n].*?```"),
    _rule("code", r"(`+)(.+?)(?<!`)\1(?!`)"),
    _rule("mention", r"<(?:@[!&]?|#)[0-9]+>"),
    _rule("emoji", r"<a?:[a-zA-Z_0-9]+:[0-9]+>"),
    _rule("time", r"<t:-?[0-9]+(?::[tTdDfFR])?>"),
    _rule("command", r"</[^:>]+:[0-9]+>|<id:[a-z]+>"),
    _rule("hidden address", r"<[^: >]+:/[^ >]+>"),
    _rule("link", r"\[(?:\[[^\]]*\]|[^\[\]])*\]\(.*?\)"),
    _rule("bold", r"\*\*(?:\\.|[^\\])+?\*\*"),
    _rule("underlined", r"__(?:\\.|[^\\])+?__"),
    _rule("italic", r"\*(?!\s)(?:\\.|[^*\\])+?\*|_(?:\\.|[^_\\])+?_(?![a-zA-Z0-9_])"),
    _rule("struck out", r"~~.+?~~"),
    _rule("spoiler", r"\|\|.+?\|\|"),
)


def shown(content: str) -> str:
    """What is read on the screen; the client also takes the spaces around a message away."""
    return "".join(_pieces(content)).strip()


def _pieces(content: str) -> Iterator[str]:
    at = 0
    while at < len(content):
        piece, at = _piece(content, at)
        yield piece


def _piece(content: str, at: int) -> tuple[str, int]:
    """The next bit as it is shown, and where it ends."""
    if escaped := ESCAPE.match(content, at):
        return escaped[1], escaped.end()
    if address := ADDRESS.match(content, at):
        return address[0], address.end()
    is_start = at == 0 or content[at - 1] == "\n"
    for rule in RULES:
        if (is_start or not rule.at_start) and (found := rule.pattern.match(content, at)):
            return f"⟦{rule.kind}: {found[0]}⟧", found.end()
    if code := SHORTCODE.match(content, at):
        return _shortcode(code)
    return content[at], at + 1


def _shortcode(code: re.Match[str]) -> tuple[str, int]:
    """A picture if there is one of that name, and no name is known here; a time of day is none. Else raw."""
    is_time = code[1].isdecimal() and code[1] not in EMOJI_OF_DIGITS
    return (code[0][0], code.start() + 1) if is_time else (f"⟦emoji: {code[0]}⟧", code.end())
