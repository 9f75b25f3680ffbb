"""One file per actor: its State, evolve and decide, and at the foot its thin Pykka shell. No actor imports another."""
