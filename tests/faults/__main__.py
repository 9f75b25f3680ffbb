"""The command behind `tools/fault-harness`: tries one harness's points, in a process that has shim.c preloaded."""

import argparse
import subprocess
import sys
from contextlib import nullcontext
from importlib import import_module

from .canaries import CANARIES, planted
from .runner import Harness, Wanted, own_folder, told, tried
from .shim import NoShim, built_in, environment_with, is_loaded

WHERE = {
    "kill": "kills", "power": "power", "power-normal": "power", "power-off": "power", "error": "errors",
    "damage": "damage", "damage-sealed": "sealed_damage", "fuzz-frames": "fuzz", "fuzz-answers": "fuzz",
    "fuzz-updates": "fuzz", "fuzz-settings": "fuzz", "fuzz-day": "fuzz_day",
}  # fmt: skip
"""In which module a harness is. Only that is loaded: what is in memory is copied for each of its many children."""
PLANTED = "canaries"
NOT_HERE = 3
"""Exit status where the library cannot be built."""


def main() -> int:
    """0 if nothing is wrong, 1 otherwise."""
    parser = argparse.ArgumentParser("fault-harness", description=__doc__)
    parser.add_argument("name", choices=(*WHERE, PLANTED))
    parser.add_argument("--count", type=int, help="how many points; as many as the tests try, unless said")
    parser.add_argument("--minutes", type=float, help="as many points as can be tried in so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the index of one point")
    parser.add_argument("--canary", choices=CANARIES, help="with a bug planted that has to be found")
    asked = parser.parse_args()
    if not is_loaded() and not asked.name.startswith("fuzz"):
        return _with_shim()
    if asked.name == PLANTED:
        return _all_found()
    harness = named(asked.name)
    wanted = Wanted(asked.seed, asked.count or harness.COUNT, asked.only, asked.minutes)
    with planted(asked.canary) if asked.canary else nullcontext():
        report = tried(harness, wanted)
    print("\n".join(told(asked.name, asked.seed, report, asked.canary)))
    return 1 if report.failures or report.missed else 0


def named(name: str) -> Harness:
    """A module by itself, or one of those that are in it."""
    module = import_module(f".{WHERE[name]}", __package__)
    found: Harness = next((one for one in getattr(module, "ALL", ()) if name == one.NAME), module)
    return found


def _all_found() -> int:
    """Plants one bug after the other; 0 if each was found."""
    missed = 0
    for name, canary in CANARIES.items():
        with planted(name):
            report = tried(named(canary.harness), Wanted(count=canary.count))
        missed += not report.failures
        print(f"{name}: {'not found' if not report.failures else 'found'} by {canary.harness}", flush=True)
    return 1 if missed else 0


def _with_shim() -> int:
    with own_folder() as folder:
        try:
            library = built_in(folder)
        except NoShim as why:
            print(why, file=sys.stderr)
            return NOT_HERE
        return subprocess.call([sys.executable, "-m", "faults", *sys.argv[1:]], env=environment_with(library))


if __name__ == "__main__":
    sys.exit(main())
