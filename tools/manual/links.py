"""Every link of the built site: leads somewhere, and asks no other machine for anything."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHING = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
KEPT_RELATIONS = ("canonical", "alternate", "prev", "next")
"""Links of a page's head that no browser fetches."""


class Page(HTMLParser):
    """What one page links to, and where it can be linked to. fetched: of links, those the browser follows by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.links, self.fetched, self.anchors = path, list[str](), list[str](), {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes one element."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found.get("id", ""), found.get("name", "")}
        name = FETCHING.get(tag, "href" if tag == "a" else "")
        if name not in found or (tag == "link" and found.get("rel") in KEPT_RELATIONS):
            return
        (self.fetched if tag in FETCHING else self.links).append(found[name])


@cache
def page(path: Path) -> Page:
    """Read once."""
    return Page(path)


def broken(site: Path) -> Iterator[str]:
    """Each link that leads nowhere, and each thing that would be fetched from another machine."""
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":
            continue  # it is shown at any address, so its links are from the root
        one = page(path)
        yield from (f"{path}: fetches {link}" for link in one.fetched if _is_external(link))
        for link in (*one.links, *one.fetched):
            if not _is_external(link) and not _leads_somewhere(one, link):
                yield f"{path}: {link} leads nowhere"


def external(site: Path) -> list[str]:
    """Addresses that pages name; none is asked whether it is there."""
    return sorted({link for path in site.rglob("*.html") for link in page(path).links if _is_external(link)})


def _is_external(link: str) -> bool:
    return bool(urlsplit(link).scheme or urlsplit(link).netloc)


def _leads_somewhere(one: Page, link: str) -> bool:
    parts = urlsplit(link)
    target = (one.path.parent / unquote(parts.path)).resolve() if parts.path else one.path.resolve()
    if not target.is_file():
        return False
    return target.suffix != ".html" or unquote(parts.fragment) in page(target).anchors
