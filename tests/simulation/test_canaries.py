"""Every bug planted on purpose is found, within 200 seeds, by an invariant that it breaks."""

import pytest

from simulation.canaries import CANARIES
from simulation.patching import patched
from simulation.run import first_broken
from simulation.test_simulation import chains

SEEDS_MAX = 200


@pytest.mark.parametrize("canary", [one for one in CANARIES if not one.needs_two_processes], ids=lambda one: one.name)
def test_a_planted_bug_is_found(canary):
    with canary.planted():
        report = first_broken((*range(canary.found_at, SEEDS_MAX), *range(canary.found_at)))
    assert report, f"{canary.name} was not found within {SEEDS_MAX} seeds"
    assert report.broken.partition(":")[0] in canary.breaks
    print(f"{canary.name}: seed {report.seed}, {report.broken[:200]}")


@pytest.mark.parametrize("canary", [one for one in CANARIES if one.needs_two_processes], ids=lambda one: one.name)
def test_a_planted_bug_that_needs_two_hash_seeds_is_found(canary):
    one, other = (chains(hash_seed, 3, "--canary", canary.name) for hash_seed in (1, 2))
    assert one != other


def greeted(name: str) -> str:
    return "hello " + name


def test_a_planted_bug_is_gone_afterwards():
    with patched(greeted, "hello", "goodbye"):
        assert greeted("all") == "goodbye all"
    assert greeted("all") == "hello all"


def test_a_bug_that_cannot_be_planted_is_said():
    with pytest.raises(ValueError, match="has 'good day' 0 times, expected once"), patched(greeted, "good day", "x"):
        pass
