"""What became of each command, and for how long that is kept."""
