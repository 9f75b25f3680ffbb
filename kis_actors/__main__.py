"""`python -m kis_actors` is the command `kis-actors`."""

from kis_actors.cli import main

main()
