"""Views of a day file, for people with an SQL tool; no reader of the log needs them."""

import sqlite3
from collections.abc import Mapping

from sqlite_utils import Database


def create_views(connection: sqlite3.Connection, views: Mapping[str, str]) -> None:
    """Adds views, each a select by its name, to a file that is being made; only its writer may do that."""
    db = Database(connection)
    for name, select in views.items():
        db.create_view(name, select)
