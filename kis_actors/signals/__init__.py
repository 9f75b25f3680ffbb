"""What all rules share: what they see, what they can be told, and when what they measure becomes a signal."""
