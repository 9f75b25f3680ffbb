"""A day on one page: a file that needs nothing else, to keep or to send."""
