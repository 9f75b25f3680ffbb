"""A KIS on loopback: REST and WebSocket speaking the real wire protocol over one synthetic day, the same for the same seed."""
