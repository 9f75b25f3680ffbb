"""Takes from a starting Python what Windows does not have, as `sitecustomize` of every process of a test.

What Python's own library chose when it was imported stays: on Windows it would have chosen otherwise. A file that is
locked by `msvcrt` there is locked by `fcntl` here.
"""

import asyncio
import fcntl
import getpass
import multiprocessing.context
import multiprocessing.popen_spawn_posix
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types

IMPORTED_BEFORE = (asyncio, getpass, multiprocessing, shutil, subprocess, tempfile)
MODULES = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog", "readline", "crypt")
NAMES = {
    os: (
        "fork", "forkpty", "geteuid", "getuid", "getegid", "getgid", "getgroups", "nice", "setsid", "killpg", "getpgid",
        "fdatasync", "sched_getaffinity", "sched_setaffinity", "fchown", "chown", "lchown", "mkfifo", "mknod", "pread",
        "pwrite", "preadv", "pwritev", "getloadavg", "sync", "posix_fallocate", "posix_fadvise", "sendfile", "chroot",
        "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "O_SYNC", "O_DSYNC", "O_NOCTTY", "WNOHANG",
    ),
    signal: (
        "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGKILL", "SIGCHLD", "SIGPIPE", "SIGQUIT", "SIGTSTP", "SIGCONT",
        "setitimer", "alarm", "pause", "pthread_kill", "pthread_sigmask", "sigwait",
    ),
    time: ("tzset",),
}  # fmt: skip


def locking(descriptor: int, mode: int, length: int) -> None:
    """Raises OSError when another process has it."""
    assert (mode, length) == (LK_NBLCK, 1)
    lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


LK_NBLCK, lock = 2, fcntl.flock
msvcrt = types.ModuleType("msvcrt")
vars(msvcrt).update(locking=locking, LK_NBLCK=LK_NBLCK)
sys.modules["msvcrt"] = msvcrt
for name in MODULES:
    sys.modules[name] = None  # type: ignore[assignment]
for module, names in NAMES.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
