"""One file per signal rule; pure. The folder is the registry."""
