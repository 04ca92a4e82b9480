"""The shared kernel. Both sides and the log use it; it uses none of them, and it handles no HTTP."""
