"""The watch page: what the log says, shown in a browser. Reads only; the daemon goes on the same without it."""
