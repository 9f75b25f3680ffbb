"""The commands that the documentation shows, and those of them that cannot be run here, each with its reason."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?")

NOT_RUN = {
    "./tools/kis-actors demo": "goes on until it is stopped; test_readme.py runs it",
    "./tools/kis-actors run": "goes on until it is stopped; test_app.py and many more run it",
    "./tools/kis-actors simulate": "goes on until it is stopped; test_readme.py runs it",
    "./tools/kis-actors status --watch": "goes on until it is stopped; test_status_command.py runs it",
    "./tools/kis-actors web": "goes on until it is stopped; tests/web runs it",
    "./tools/kis-actors init": "asks five questions; test_init.py answers them",
    "./tools/test": "is what runs this",
    "./tools/docs": "test_site.py runs it",
    "./tools/fault-harness": "takes long; tests/faults runs it",
    "./tools/simulate-faults": "takes long; tests/simulation runs it",
    "./tools/bench": "takes long; test_benchmarks.py runs a part of it",
    "git": "asks another machine",
    "scp": "needs a second machine",
    "curl": "asks another machine",
    "uv": "asks a package index",
    "pip": "asks a package index",
    "docker": "needs a container engine",
    "systemctl": "needs a service manager",
    "journalctl": "needs a service manager",
    "loginctl": "needs a service manager",
    "sudo": "changes the machine",
    "sqlite3": "is not on every machine; tests/test_log_views.py asks the same views",
}
"""By how a command begins."""

ENDS_WITH = {
    "./tools/kis-actors install-service --user": 1,
    "./tools/kis-actors status": 2,
    "./tools/kis-actors replay 2026-11-20 --set": 1,
    "./tools/kis-actors replay --set": 1,
}
"""What is not 0, by how a command begins: the pages are run beside a stopped daemon, a what-if differs, and one
unit is not written over another."""


class Shown(NamedTuple):
    """One command as a page shows it, on one line or, with a here-document, on several."""

    text: str

    @property
    def reason_not_run(self) -> str:
        """Why it cannot be run here; "" if it can."""
        return next((why for begins, why in NOT_RUN.items() if f"{self.text} ".startswith(f"{begins} ")), "")

    @property
    def ends_with(self) -> int:
        """The exit status it should have."""
        return next((status for begins, status in ENDS_WITH.items() if self.text.startswith(begins)), 0)


def pages(suffix: str = ".md") -> tuple[Path, ...]:
    """The pages in one language: `.md` for English, `.ko.md` for Korean."""
    found = sorted(DOCS.rglob("*.md"))
    return tuple(path for path in found if path.name.endswith(".ko.md") == (suffix == ".ko.md"))


def shown_on(page: Path) -> tuple[Shown, ...]:
    """Every command in the page's `sh` blocks, in order, without the comments behind them."""
    commands: list[Shown] = []
    for block in BLOCK.findall(page.read_text("utf-8")):
        lines = iter(block.splitlines())
        for line in lines:
            text = re.sub(r"\s+# .*$", "", line).strip()
            while text.endswith("\\"):
                text = f"{text[:-1].rstrip()} {next(lines).strip()}"
            if opened := HERE_DOCUMENT.search(text):
                inner = iter(lines.__next__, opened[1])
                text = "\n".join([text, *inner, opened[1]])
            if text and not text.startswith("#"):
                commands.append(Shown(text))
    return tuple(commands)
