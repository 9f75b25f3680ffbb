"""A hook of mkdocs: a heading on a Korean page can also be linked to by its English name.

Pages that are not translated stand among the Korean ones in English, and their links are to English headings.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pymdownx.slugs import slugify

KOREAN = ".ko.md"
HEADING = re.compile(r"<h[1-6] id=")
_slug = slugify(case="lower")


def on_page_content(html: str, *, page: Any, config: Any, **_: Any) -> str:
    """The page with an anchor before each heading, named as the same heading of the English page is."""
    path = Path(config.docs_dir, page.file.src_uri)
    english = path.with_name(path.name.replace(KOREAN, ".md"))
    if english == path or not english.exists():
        return html
    names = headings(english.read_text("utf-8"))
    return HEADING.sub(lambda heading: f'<a id="{next(names)}"></a>{heading[0]}', html)


def headings(markdown: str) -> Iterator[str]:
    """The anchor of each heading, outside code, as the site makes it."""
    prose = re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    for line in re.findall(r"^#+ (.+)$", prose, re.MULTILINE):
        yield _slug(line, "-")
