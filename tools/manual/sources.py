"""A hook of mkdocs: what pages link to outside docs/ becomes a part of the site, as text.

On the repository's own pages `../kis_actors/turn.py` is a link; on the site it leads to a copy, so that it works
without a network and without knowing where the repository lives. A link to a folder stays as words alone.
"""

import logging
import re
import shutil
from pathlib import Path
from typing import Any

OUTSIDE = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])+)\]\(((?:\.\./)+[^)\s#]+)(?:#[^)\s]*)?\)")
LOG = logging.getLogger("mkdocs.hooks.sources")
_linked: set[Path] = set()


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """The page with its links out of docs/ led to copies; a warning, which ends a strict build, for one to nothing."""
    root, source = Path(config.docs_dir).parent, Path(config.docs_dir, page.file.src_uri)
    up = "../" * page.url.count("/")

    def led(link: re.Match[str]) -> str:
        words, target = link[1], (source.parent / link[2]).resolve()
        if target.is_relative_to(config.docs_dir):
            return link[0]
        if not target.exists():
            LOG.warning("%s links to %s, which does not exist", page.file.src_uri, link[2])
        if not target.is_file():
            return words
        _linked.add(target.relative_to(root))
        return f'<a href="{up}source/{target.relative_to(root).as_posix()}.txt">{words}</a>'

    return OUTSIDE.sub(led, markdown)


def on_post_build(*, config: Any, **_: Any) -> None:
    """Copies what was linked."""
    for path in sorted(_linked):
        copy = Path(config.site_dir, "source", f"{path}.txt")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(config.docs_dir).parent / path, copy)
