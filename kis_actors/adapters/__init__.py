"""The real world, one file per port: clock, HTTP, socket. Decides nothing."""
