"""Where values come from: the process's environment first, then the file ``.env`` beside manage.py."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG: bool = env.bool("DEBUG", default=False)
# What the service keeps on disk by itself: SQLite's files, and how to sign in to the demo.
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var")
