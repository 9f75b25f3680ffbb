"""The KIS protocol as pure functions: text in, values out. Must not know sockets, HTTP libraries, clocks or actors."""
