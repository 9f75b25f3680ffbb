"""The only source of chance: what it yields depends on the seed, the date and what it is for, and on nothing else."""

from datetime import date
from random import Random
from typing import NamedTuple

SIGMAS_MAX = 3.0


class Chance(NamedTuple):
    """One seed on one date."""

    seed: int
    day: date

    def source(self, *purpose: object) -> Random:
        """A fresh random source for one purpose, which gets the same numbers in whatever order purposes come."""
        return Random("/".join(map(str, (*self, *purpose))))


def bounded_gauss(rng: Random, sigma: float = 1.0) -> float:
    """Normal, but never further out than three sigma: no price may leap over a daily limit by chance."""
    return max(-SIGMAS_MAX, min(SIGMAS_MAX, rng.gauss(0, 1))) * sigma
