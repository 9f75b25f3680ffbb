"""Makes `story` and `facts` importable from every test, and keeps hypothesis the same from run to run."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")
