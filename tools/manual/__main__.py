"""The command behind `tools/docs`; its docstring says what it takes."""

import argparse
import subprocess
import sys
from pathlib import Path

from manual import links, made
from manual.wording import Unsaid

ROOT = made.DOCS.parent


def main() -> int:
    """0: built, and every link leads somewhere."""
    parser = argparse.ArgumentParser(prog="tools/docs")
    parser.add_argument("site", nargs="?", default="site", type=Path)
    parser.add_argument("--check", action="store_true", help="change no page; a stale one is an error")
    parser.add_argument("--external", action="store_true", help="list addresses outside that pages name")
    asked = parser.parse_args()
    site = asked.site.resolve()
    try:
        stale = made.stale()
    except Unsaid as error:
        return _failed([str(error)])
    if asked.check and stale:
        return _failed([f"{path} is not as the code says; run ./tools/docs" for path, _ in stale])
    for path, text in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"made {path.relative_to(ROOT)}")
    build = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(site)]
    if subprocess.call(build, cwd=ROOT):
        return 1
    if asked.external:
        print("\n".join(links.external(site)))
    broken = list(links.broken(site))
    return _failed(broken) if broken else _built(site)


def _failed(lines: list[str]) -> int:
    print("\n".join(lines), file=sys.stderr)
    return 1


def _built(site: Path) -> int:
    print(f"built {site}: {len(list(site.rglob('*.html')))} pages, every link leads somewhere")
    return 0


sys.exit(main())
