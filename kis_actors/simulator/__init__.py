"""A KIS on loopback: the real wire protocol over one synthetic day, REST and WebSocket, the same for the same seed."""
