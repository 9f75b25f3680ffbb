"""Plants a bug: a few characters of a product function are replaced while it lasts, wherever the function is used.

The code object is swapped, so whoever already holds the function runs the patched one too; product files stay as
they are.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def patched(function: Callable[..., Any], before: str, after: str) -> Iterator[None]:
    """Raises ValueError if `before` is not, exactly once, in the source of `function`."""
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(before) != 1:
        raise ValueError(f"{function.__qualname__} has {before!r} {source.count(before)} times, expected once")
    scope: dict[str, Any] = {}
    code = compile(source.replace(before, after), f"<planted in {function.__qualname__}>", "exec")
    exec(code, function.__globals__, scope)
    original = function.__code__
    function.__code__ = scope[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = original
