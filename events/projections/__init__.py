"""What a projection is, and the engine that brings it up to date."""
