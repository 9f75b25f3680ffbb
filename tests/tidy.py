"""Reads source text and names every line that breaks a law of the design; imports nothing it judges."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kis_actors", "eventlog")

ROWS: dict[str, tuple[str, ...]] = {
    "eventlog": ("eventlog",),
    "kis_actors.units": (),
    "kis_actors.scalars": (),
    "kis_actors.shipped": (),
    "kis_actors.portable": (),
    "kis_actors.rules": ("kis_actors.rules", "kis_actors.signals", "kis_actors.market", "kis_actors.units"),
    "kis_actors.signals": ("kis_actors.rules", "kis_actors.signals", "kis_actors.market", "kis_actors.units"),
    "kis_actors.section": (),
    "kis_actors.notify_settings": ("kis_actors.section",),
    "kis_actors.settings": (
        "kis_actors.notify_settings", "kis_actors.rules", "kis_actors.section", "kis_actors.signals",
        "kis_actors.units",
    ),
    "kis_actors.problems": (),
    "kis_actors.yaml_file": ("kis_actors.problems", "kis_actors.scalars"),
    "kis_actors.limits": (),
    "kis_actors.rule_problems": (
        "kis_actors.problems", "kis_actors.rules", "kis_actors.scalars", "kis_actors.signals",
    ),
    "kis_actors.dotted": (),
    "kis_actors.settings_file": (
        "kis_actors.dotted", "kis_actors.limits", "kis_actors.rule_problems", "kis_actors.scalars",
        "kis_actors.settings", "kis_actors.shipped", "kis_actors.signals", "kis_actors.yaml_file",
    ),
    "kis_actors.credentials": ("kis_actors.portable", "kis_actors.settings", "kis_actors.settings_file"),
    "kis_actors.market.calendar": ("kis_actors.market", "kis_actors.units", "kis_actors.yaml_file"),
    "kis_actors.market": ("kis_actors.market", "kis_actors.units"),
    "kis_actors.kis": ("kis_actors.kis", "kis_actors.units"),
    "kis_actors.messages": ("kis_actors.market", "kis_actors.messages", "kis_actors.settings", "kis_actors.units"),
    "kis_actors.policies": (
        "kis_actors.notify_settings", "kis_actors.policies", "kis_actors.rules", "kis_actors.signals",
        "kis_actors.kis", "kis_actors.market",
        "kis_actors.settings", "kis_actors.units",
    ),
    "kis_actors.turn": ("kis_actors.messages",),
    "kis_actors.ports": ("kis_actors.messages",),
    "kis_actors.texts": ("kis_actors.messages", "kis_actors.rules", "kis_actors.units"),
    "kis_actors.reply_texts": ("kis_actors.messages", "kis_actors.policies.commands", "kis_actors.texts"),
    "kis_actors.watch_texts": (
        "kis_actors.policies.ranking", "kis_actors.reply_texts", "kis_actors.signals", "kis_actors.texts",
        "kis_actors.units",
    ),
    "kis_actors.operator_texts": ("kis_actors.messages", "kis_actors.units"),
    "kis_actors.duties": (
        "kis_actors.notify_settings", "kis_actors.texts", "kis_actors.reply_texts",
        "kis_actors.duties", "kis_actors.policies", "kis_actors.rules", "kis_actors.signals",
        "kis_actors.kis", "kis_actors.market", "kis_actors.messages",
        "kis_actors.settings", "kis_actors.units",
    ),
    "kis_actors.actors": (
        "kis_actors.actors.base", "kis_actors.duties", "kis_actors.policies", "kis_actors.rules",
        "kis_actors.signals", "kis_actors.frames_read", "kis_actors.kis", "kis_actors.market",
        "kis_actors.messages", "kis_actors.operator_texts", "kis_actors.ports", "kis_actors.reply_texts",
        "kis_actors.settings", "kis_actors.texts", "kis_actors.turn", "kis_actors.units", "kis_actors.watch_texts",
    ),
    "kis_actors.fingerprint": ("eventlog",),
    "kis_actors.sealing_notes": ("kis_actors.messages", "kis_actors.recovery"),
    "kis_actors.sealer": (
        "eventlog", "kis_actors.adapters.file_lock", "kis_actors.journal", "kis_actors.portable",
        "kis_actors.sealing_notes", "kis_actors.settings",
    ),
    "kis_actors.watch_page": ("kis_actors.portable", "kis_actors.settings"),
    "kis_actors.snapshots": ("eventlog", "kis_actors.fingerprint", "kis_actors.journal"),
    "kis_actors.recovery": ("eventlog", "kis_actors.messages", "kis_actors.turn"),
    "kis_actors.journal": (
        "eventlog", "kis_actors.durations", "kis_actors.messages", "kis_actors.recovery", "kis_actors.turn",
    ),
    "kis_actors.frames_read": ("kis_actors.kis.usual", "kis_actors.messages"),
    "kis_actors.read_ahead": (
        "eventlog", "kis_actors.frames_read", "kis_actors.messages", "kis_actors.portable", "kis_actors.recovery",
    ),
    "kis_actors.long_logs": (
        "eventlog", "kis_actors.frames_read", "kis_actors.messages", "kis_actors.read_ahead", "kis_actors.recovery",
        "kis_actors.replay", "kis_actors.turn", "kis_actors.units",
    ),
    "kis_actors.day_files": (
        "eventlog", "kis_actors.fingerprint", "kis_actors.log_views", "kis_actors.long_logs", "kis_actors.messages",
        "kis_actors.recovery", "kis_actors.turn",
    ),
    "kis_actors.cores": ("kis_actors.actors", "kis_actors.turn"),
    "kis_actors.replay": (
        "eventlog", "kis_actors.messages", "kis_actors.recovery", "kis_actors.turn", "kis_actors.units",
    ),
    "kis_actors.differences": (),
    "kis_actors.stepping": (
        "eventlog", "kis_actors.differences", "kis_actors.messages", "kis_actors.recovery", "kis_actors.replay",
        "kis_actors.turn", "kis_actors.units",
    ),
    "kis_actors.witness": ("kis_actors.actors.signal", "kis_actors.duties", "kis_actors.signals"),
    "kis_actors.what_if": (
        "kis_actors.actors.signal", "kis_actors.duties", "kis_actors.frames_read", "kis_actors.messages",
        "kis_actors.recovery", "kis_actors.replay", "kis_actors.settings", "kis_actors.turn", "kis_actors.witness",
    ),
    "kis_actors.alert_changes": ("kis_actors.messages",),
    "kis_actors.reasons": (
        "kis_actors.alert_changes", "kis_actors.messages", "kis_actors.rules", "kis_actors.signals",
        "kis_actors.texts", "kis_actors.what_if", "kis_actors.witness",
    ),
    "kis_actors.outcomes": ("kis_actors.kis", "kis_actors.messages", "kis_actors.units"),
    "kis_actors.view": ("kis_actors.kis", "kis_actors.messages", "kis_actors.units"),
    "kis_actors.status": ("kis_actors.adapters.lock", "kis_actors.portable", "kis_actors.view"),
    "kis_actors.metrics": ("kis_actors.durations", "kis_actors.status"),
    "kis_actors.durations": (),
    "kis_actors.round_trip": (),
    "kis_actors.vitals": ("eventlog", "kis_actors.units"),
    "kis_actors.causes": ("eventlog",),
    "kis_actors.bundling": ("eventlog", "kis_actors.messages", "kis_actors.recovery", "kis_actors.turn"),
    "kis_actors.log_views": ("kis_actors.kis", "kis_actors.messages"),
    "kis_actors.adapters": (
        "kis_actors.adapters", "kis_actors.credentials", "kis_actors.kis", "kis_actors.market", "kis_actors.messages",
        "kis_actors.portable", "kis_actors.ports", "kis_actors.settings", "kis_actors.units",
    ),
    "kis_actors.channels": (
        "kis_actors.channels", "kis_actors.adapters.clock", "kis_actors.adapters.http", "kis_actors.messages",
        "kis_actors.ports", "kis_actors.printable",
    ),
    "kis_actors.printable": (),
    "kis_actors.simulator": (
        "kis_actors.simulator", "kis_actors.adapters.clock", "kis_actors.portable",
        "kis_actors.settings", "kis_actors.shipped", "kis_actors.units",
    ),
}  # fmt: skip
"""Who may import what of the project, itself included; the longest name that fits a module is its row.

What has no row (app, cli, what draws and shows) may import anything, and so may only be imported by its like.
"""

OWNERS: dict[str, tuple[str, ...]] = {
    "pykka": ("kis_actors.actors.base", "kis_actors.system"),
    "requests": ("kis_actors.adapters", "kis_actors.channels", "kis_actors.simulator"),
    "urllib3": ("kis_actors.adapters", "kis_actors.channels", "kis_actors.simulator"),
    "websocket": ("kis_actors.adapters", "kis_actors.channels", "kis_actors.simulator"),
    "starlette": ("kis_actors.simulator", "kis_actors.web"),
    "uvicorn": ("kis_actors.simulator", "kis_actors.web"),
    "websockets": ("kis_actors.simulator", "kis_actors.web"),
    "PIL": ("kis_actors.channels.picture",),
    "prometheus_client": ("kis_actors.metrics",),
    "arro3": ("kis_actors.commands.parquet",),
    "sqlite3": ("eventlog", "kis_actors.commands.options", "kis_actors.sealing", "kis_actors.web.live"),
    "sqlite_utils": ("eventlog",),
    "tools": (),
    "tests": (),
}
"""Who alone may import a library."""

CONNECTING = ("sqlite3.connect", "connect")
WRITING = ("eventlog.store.Writer", "eventlog.sealed.write_sealed")
"""Who alone may open a SQLite file to write to it: a second one that does can lose what the first wrote."""

CORES = (
    "actors", "duties", "policies", "rules", "signals", "kis", "market", "messages", "turn", "texts", "operator_texts",
    "reply_texts", "watch_texts", "frames_read",
)  # fmt: skip
NO_CORES = ("kis_actors.actors.base", "kis_actors.market.calendar")
BANNED_MODULES = (
    "time", "random", "secrets", "uuid", "os", "threading", "logging", "socket", "subprocess", "multiprocessing",
    "asyncio", "pathlib", "tempfile", "glob", "shutil", "locale",
)  # fmt: skip
BANNED_CALLS = {
    "open": "reads a file", "print": "prints", "input": "asks a terminal",
    "hash": "hashes, which differs from run to run", "id": "takes an address, which differs from run to run",
}  # fmt: skip
CLOCK_READERS = ("now", "today", "utcnow", "fromtimestamp")
SET_MAKERS = ("set", "frozenset")
SET_METHODS = ("union", "intersection", "difference", "symmetric_difference")
ITERATING = ("list", "tuple", "enumerate", "iter", "next", "map", "filter", "zip", "sum", "fromkeys", "join", "chain")

CATCH_ALL = ("kis_actors.app", "kis_actors.actors.base", "kis_actors.journal")
"""The journal's thread, too, must tell the application that it died, whatever it died of."""


class Finding(NamedTuple):
    """One line that breaks a law. advice: what to do about it."""

    law: str
    path: str
    line: int
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what} ({self.law}); {self.advice}"


class Source(NamedTuple):
    """One module: its dotted name, its path from the root, and its text."""

    module: str
    path: str
    text: str

    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)


def sources() -> tuple[Source, ...]:
    """Every module of the project, tests and tools aside."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return tuple(planted(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in paths)


def planted(path: str, text: str) -> Source:
    """`text` as if it stood at `path`."""
    dotted = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    return Source(dotted, path, text)


# --- the import table


def broken_rows(source: Source, modules: tuple[str, ...]) -> Iterator[Finding]:
    """Imports of the project's own modules, which are `modules`, that the table does not allow."""
    row = row_of(source.module)
    allowed = ROWS.get(row, PACKAGES)
    law = f"import table, row {row}: may import {', '.join(allowed) or 'nothing'}"
    for line, target in imports_of(source, modules):
        is_ours = _first(target) in PACKAGES and target != source.module
        if is_ours and not any(_is_within(target, package) for package in allowed):
            what = f"{source.module} imports {target}"
            yield Finding(law, source.path, line, what, "move what it needs down, or hand it in as an argument")



def row_of(module: str) -> str:
    """The row of the table that binds `module`; "" if none does."""
    rows = [row for row in ROWS if _is_within(module, row)]
    return max(rows, key=len, default="")


def broken_owners(source: Source) -> Iterator[Finding]:
    """Imports of libraries that only some may know."""
    for line, target in imports_of(source, ()):
        owners = OWNERS.get(_first(target))
        if owners is None or any(_is_within(source.module, owner) for owner in owners):
            continue
        law = f"import table: only {' and '.join(owners) or 'people'} may use {_first(target)}"
        yield Finding(law, source.path, line, f"{source.module} imports {target}", "ask a port for it instead")


def imports_of(source: Source, modules: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported; `from a import b` is a.b where that is one of `modules`."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(source, node)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in modules else base


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = source.module if source.path.endswith("__init__.py") else source.module.rpartition(".")[0]
    for _ in range(node.level - 1):
        package = package.rpartition(".")[0]
    return f"{package}.{node.module}" if node.module else package


def _is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _first(module: str) -> str:
    return module.partition(".")[0]


def writing_connections(source: Source) -> Iterator[Finding]:
    """SQLite files opened otherwise than `mode=ro`: the last to close such a one folds a write-ahead log away."""
    law = f"the log has one writer: only {', '.join(WRITING)} may open a file for writing"
    for where, call in _calls_of_connect(source.tree(), source.module):
        is_allowed = any(_is_within(where, writer) for writer in WRITING)
        if not is_allowed and not _is_read_only(call, source):
            what = f"{where} connects without mode=ro"
            yield Finding(law, source.path, call.lineno, what, "use eventlog.reading.open_reader")


def _calls_of_connect(node: ast.AST, where: str) -> Iterator[tuple[str, ast.Call]]:
    """Each call of a `connect` of sqlite3, or of sqlite_utils with a path, and the dotted name of what it is in."""
    for child in ast.iter_child_nodes(node):
        is_scope = isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.Call) and ast.unparse(child.func).removeprefix("store.") in CONNECTING:
            yield where, child
        yield from _calls_of_connect(child, f"{where}.{child.name}" if is_scope else where)


def _is_read_only(call: ast.Call, source: Source) -> bool:
    is_uri = any(word.arg == "uri" and ast.unparse(word.value) == "True" for word in call.keywords)
    return is_uri and "mode=ro" in (ast.get_source_segment(source.text, call) or "")


# --- what a core may not do


def is_core(module: str) -> bool:
    """Whether law 4 binds `module`: everything that a turn runs through."""
    parts = module.split(".")
    return parts[0] == "kis_actors" and parts[1:2] != [] and parts[1] in CORES and module not in NO_CORES


def impurities(source: Source) -> Iterator[Finding]:
    """Clock, chance, environment, files, threads, log lines and prints."""
    law = "law 4: all inputs are in the log"
    for line, target in imports_of(source, ()):
        if _first(target) in BANNED_MODULES:
            advice = "listen to ClockTicked" if target == "time" else "let an edge observe it as an event"
            yield Finding(law, source.path, line, f"imports {target}", advice)
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BANNED_CALLS:
            what = f"{node.func.id}() {BANNED_CALLS[node.func.id]}"
            yield Finding(law, source.path, node.lineno, what, "let an edge do it, asked by an event")
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_READERS and _is_datetime(node.value):
            what = f"{ast.unparse(node)} reads the clock"
            yield Finding(law, source.path, node.lineno, what, "listen to ClockTicked")


def unordered(source: Source) -> Iterator[Finding]:
    """Iterations over sets, whose order changes from run to run; sorted() of one is fine."""
    law, advice = "law 4: cores never iterate over a set", "use a tuple, a dict, or sorted()"
    tree = source.tree()
    names = _names_of_sets(tree)
    for node in ast.walk(tree):
        for iterated in _iterated_by(node):
            if _is_set(iterated, names):
                yield Finding(law, source.path, iterated.lineno, f"iterates over {ast.unparse(iterated)}", advice)
        if isinstance(node, ast.ClassDef):
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and _says_set(field.annotation):
                    what = f"{node.name}.{ast.unparse(field.target)} is a set, which is written in any order"
                    yield Finding(law, source.path, field.lineno, what, "use a tuple or a dict")


def _is_datetime(node: ast.expr) -> bool:
    return ast.unparse(node) in ("datetime", "date", "datetime.datetime", "datetime.date")


def _iterated_by(node: ast.AST) -> tuple[ast.expr, ...]:
    match node:
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            return (node.iter,)
        case ast.Starred():
            return (node.value,)
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in ITERATING:
            return tuple(node.args)
        case ast.Call(func=ast.Attribute(attr="pop", value=value), args=[]):
            return (value,)
    return ()


def _names_of_sets(tree: ast.Module) -> tuple[str, ...]:
    """Names that are given a set anywhere in the file; coarse, and on the safe side."""
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_set(value, tuple(names)):
                names.append(name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if _says_set(annotation):
                names.append(name)
            case ast.arg(arg=name, annotation=annotation) if annotation is not None and _says_set(annotation):
                names.append(name)
    return tuple(names)


def _is_set(node: ast.expr, names: tuple[str, ...]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=ast.Name(id=name)):
            return name in SET_MAKERS
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in SET_METHODS
        case ast.BinOp(left=left, op=ast.Sub() | ast.BitAnd() | ast.BitOr() | ast.BitXor(), right=right):
            return any(_is_set(side, names) or _is_keys(side) for side in (left, right))
    return False


def _is_keys(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("keys", "items")


def _says_set(annotation: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id in (*SET_MAKERS, "AbstractSet") for node in ast.walk(annotation))


# --- everywhere


def caught_all(source: Source) -> Iterator[Finding]:
    """`except Exception`, bare except, and the like, where they would hide a bug."""
    if source.module in CATCH_ALL:
        return
    law = f"errors: only {', '.join(CATCH_ALL)} may catch everything"
    for node in ast.walk(source.tree()):
        if _hides_bugs(node):
            what = f"catches everything: {ast.unparse(node).splitlines()[0]}"
            yield Finding(law, source.path, node.lineno, what, "name the trouble that is expected")


def _hides_bugs(node: ast.AST) -> TypeGuard[ast.ExceptHandler | ast.Call]:
    match node:
        case ast.ExceptHandler():
            return _catches_all(node.type) and not _raises_again(node)
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress")):
            return any(map(_catches_all, node.args))
    return False


def _catches_all(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_catches_all, kind.elts))
    return kind is None or ast.unparse(kind) in ("Exception", "BaseException")


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """A bare `raise` at the end: the bug is not hidden, only told on its way."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def undocumented(source: Source) -> Iterator[Finding]:
    """Modules and public classes, functions and methods without a docstring."""
    tree = source.tree()
    law, advice = "docstrings: every public name makes a claim", "say in one line what is true of it"
    if not ast.get_docstring(tree):
        yield Finding(law, source.path, 1, f"module {source.module} has no docstring", advice)
    for name, node in _public(tree.body, ""):
        if not ast.get_docstring(node):
            yield Finding(law, source.path, node.lineno, f"{name} has no docstring", advice)


Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Named]]:
    for node in body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body, f"{prefix}{node.name}.")


def too_long(source: Source, *, file_lines_max: int, function_lines_max: int) -> Iterator[Finding]:
    """Files and functions beyond where they should stop."""
    law = f"size: files stop at {file_lines_max} lines, functions at {function_lines_max}"
    lines = len(source.text.splitlines())
    if lines > file_lines_max:
        yield Finding(law, source.path, lines, f"{source.path} has {lines} lines", "split it along what it does")
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > function_lines_max:
                yield Finding(law, source.path, node.lineno, f"{node.name} has {length} lines", "give it helpers")
