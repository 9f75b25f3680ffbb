"""Lets assertions in `story` explain themselves, and keeps hypothesis the same from run to run."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("story")
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")
