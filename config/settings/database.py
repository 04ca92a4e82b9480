"""Databases: one for everything, or a second one, ``read``, for the read side."""

from pathlib import Path
from typing import Any

from config.settings.env import VAR_DIR, env

# IMMEDIATE makes a transaction wait for the write lock at its start. Otherwise one that reads first and writes later
# fails with "database is locked". Without recursive_triggers, INSERT OR REPLACE does not fire the triggers that keep
# the log append-only.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds: SQLite's busy_timeout
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON",
}
# The timeouts in "options" limit how long a request can wait for a lock or hold a transaction open.
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    # These four notice after at most 30 seconds that a server is gone without closing its connections.
    "tcp_user_timeout": 30_000,  # milliseconds
    "keepalives_idle": 15,  # seconds
    "keepalives_interval": 5,  # seconds
    "keepalives_count": 3,
    # psycopg prepares a statement after this many executions: see kernel.database.prepared_statements.
    "prepare_threshold": 2,
    "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
}


def tuned(database: dict[str, Any]) -> dict[str, Any]:
    """The database settings of a URL with this service's defaults. Options in the URL's query take precedence."""
    engine = str(database["ENGINE"])
    is_sqlite = engine.endswith("sqlite3")
    defaults = SQLITE_OPTIONS if is_sqlite else POSTGRESQL_OPTIONS
    if is_sqlite and database["NAME"] != ":memory:":
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # A connection lives as long as its thread. A new connection for each request would cost 3 to 9 times as much.
    return {
        **database,
        "ENGINE": engine if is_sqlite else "kernel.database.postgresql",
        "OPTIONS": defaults | database.get("OPTIONS", {}),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


DATABASES = {"default": tuned(env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/db.sqlite3"))}

READ_DATABASE = bool(env.str("READ_DATABASE_URL", default=""))
if READ_DATABASE:
    DATABASES["read"] = tuned(env.db_url("READ_DATABASE_URL"))

DATABASE_ROUTERS = ["config.database_router.SideRouter"]
