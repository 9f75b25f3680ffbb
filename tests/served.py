"""A contender in a process of its own, for test_benchmarks.py: says things on its standard output meanwhile."""

import sys

from benchmarks.serving import serve

if __name__ == "__main__":
    if sys.argv[1:] == ["broken"]:
        raise SystemExit("there is nothing here")
    serve(40, lambda: print("a library that says something"))
