"""The source of values: the process's environment first, then the file ``.env`` beside manage.py."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG: bool = env.bool("DEBUG", default=False)
# The directory of the service's own files: SQLite's files, and the credentials of the demo.
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var")
