"""The command behind `tools/fault-harness`: tries one harness's points, in a process that has shim.c preloaded."""

import argparse
import subprocess
import sys

from . import damage, errors, fuzz, fuzz_day, kills, power, sealed_damage
from .runner import Harness, own_folder, told, tried
from .shim import NoShim, built_in, environment_with, is_loaded

FUZZ = (*fuzz.ALL, fuzz_day.DAY)
ALL: tuple[Harness, ...] = (kills, power.POWER, *power.CONTROLS, errors, damage, sealed_damage, *FUZZ)
HARNESSES = {harness.NAME: harness for harness in ALL}
NOT_HERE = 3
"""Exit status where the library cannot be built."""


def main() -> int:
    """0 if nothing is wrong, 1 otherwise."""
    parser = argparse.ArgumentParser("fault-harness", description=__doc__)
    parser.add_argument("name", choices=HARNESSES)
    parser.add_argument("--count", type=int, help="how many points; as many as the tests try, unless said")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the index of one point")
    wanted = parser.parse_args()
    harness = HARNESSES[wanted.name]
    if not is_loaded() and harness not in FUZZ:
        return _with_shim()
    report = tried(harness, seed=wanted.seed, count=wanted.count or harness.COUNT, only=wanted.only)
    print("\n".join(told(wanted.name, wanted.seed, report)))
    return 1 if report.failures or report.missed else 0


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
