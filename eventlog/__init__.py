"""An append-only log of named, versioned events in SQLite; knows no KIS, no actor, no rule."""
