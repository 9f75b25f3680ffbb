"""What of docs/ is made from code: the reference pages and all pictures."""

from collections.abc import Iterator
from pathlib import Path

from manual import commands_pages, diagrams, events_pages, pictures, settings_pages

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"settings": settings_pages, "events": events_pages, "commands": commands_pages}
SUFFIXES = {"en": ".md", "ko": ".ko.md"}
NOTES = {
    "en": "*Made from the code by `./tools/docs`; change the code, not this page.*",
    "ko": "*코드에서 `./tools/docs`가 만든 쪽입니다. 이 쪽이 아니라 코드를 고치세요.*",
}


def wanted() -> Iterator[tuple[Path, str]]:
    """Each such file with what should be in it. Raises Unsaid."""
    for name, pages in PAGES.items():
        for language, suffix in SUFFIXES.items():
            title, text = pages.page(language).split("\n\n", 1)
            yield DOCS / "reference" / f"{name}{suffix}", f"{title}\n\n{NOTES[language]}\n\n{text}"
    for kind, scene in pictures.SCENES.items():
        yield DOCS / "pictures" / f"rule-{kind}.svg", pictures.picture(scene)
    for name, drawn in diagrams.DIAGRAMS.items():
        for language, suffix in (("en", ".svg"), ("ko", ".ko.svg")):
            yield DOCS / "pictures" / f"{name}{suffix}", diagrams.diagram(drawn, language)


def stale() -> list[tuple[Path, str]]:
    """The files that are not as they should be."""
    return [(path, text) for path, text in wanted() if not path.exists() or path.read_text("utf-8") != text]
