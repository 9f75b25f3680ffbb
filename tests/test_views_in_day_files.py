"""A day file that the daemon makes can be looked at with an SQL tool as it is."""

import sqlite3

from facts import DAY, NEXT_DAY

from kis_actors.cores import CORES
from kis_actors.day_files import open_day
from kis_actors.log_views import VIEWS


def views_in(path):
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    names = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'view'")]
    counts = [connection.execute(f"select count(*) from {name}").fetchone()[0] for name in names]
    connection.close()
    return sorted(names), counts


def test_a_new_day_file_has_the_views(tmp_path):
    names, counts = views_in(open_day(tmp_path, DAY, CORES, "normal").path)
    assert (names, sum(counts)) == (sorted(["events", *VIEWS]), 0)


def test_so_has_the_next_one(tmp_path):
    open_day(tmp_path, DAY, CORES, "normal")
    assert views_in(open_day(tmp_path, NEXT_DAY, CORES, "normal").path)[0] == sorted(["events", *VIEWS])
