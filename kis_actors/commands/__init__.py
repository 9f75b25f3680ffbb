"""What people call: one file per command or a few for a large one. Everything here may know everything below."""
