"""A KIS on loopback, REST and WebSocket, deterministic from a seed, so that everything runs without an account."""
