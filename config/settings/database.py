"""Databases: one for everything, or a second one, ``read``, for the read side."""

from pathlib import Path
from typing import Any

from config.settings.env import VAR_DIR, env

# IMMEDIATE: a transaction that reads first and writes later would otherwise fail with "database is locked"
# instead of waiting. recursive_triggers: without it INSERT OR REPLACE slips past the append-only triggers.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds: SQLite's busy_timeout
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON",
}
# Nothing the service does in a request may hold a lock or a transaction open for longer than this.
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    # For so long a server may be gone without a word: milliseconds; seconds, seconds, and how often.
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # Executions after which a statement of the hot path is prepared: see kernel.database.prepared_statements.
    "prepare_threshold": 2,
    "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
}


def tuned(database: dict[str, Any]) -> dict[str, Any]:
    """The database of a URL with what this service needs of it; options in the URL's query win."""
    engine = str(database["ENGINE"])
    is_sqlite = engine.endswith("sqlite3")
    defaults = SQLITE_OPTIONS if is_sqlite else POSTGRESQL_OPTIONS
    if is_sqlite and database["NAME"] != ":memory:":
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # Connections that live as long as their thread cost 3 to 9 times less than one per request.
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
