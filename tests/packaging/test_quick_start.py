"""What a person waits for at each call is small: a command loads only what it needs."""

import subprocess
import sys

HEAVY = (
    "arro3", "asyncio", "holidays", "kis_actors.app", "kis_actors.messages", "kis_actors.settings", "multiprocessing",
    "orjson", "pykka", "requests", "rich", "sqlite_utils", "starlette", "uvicorn", "websocket", "websockets", "yaml",
)  # fmt: skip
LOADED = f"import sys, kis_actors.cli; print([name for name in {HEAVY} if name in sys.modules])"


def test_the_command_line_itself_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
