"""How the daemon behaves: who gets a slot, what may be done how often, what is to be trusted. Pure; no events."""
