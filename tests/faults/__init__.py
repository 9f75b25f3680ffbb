"""Faults put into the real writer of the log, on real files: kills, power cuts, failing disks, damaged files.

Each harness draws its points from a seed, so that any of them can be tried again alone. What a process does to files is
caught by a small library preloaded into it (shim.c), and not by a file system of SQLite's own kind: the daemon's SQLite
is Python's, and its mark, its copies and its snapshots are no SQLite files at all.
"""
