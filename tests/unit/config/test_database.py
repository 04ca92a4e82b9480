from pathlib import Path

from config.settings.database import tuned


def test_tuned__sqlite_begins_immediate_with_write_ahead_log(tmp_path: Path) -> None:
    database = tuned({"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "made" / "db.sqlite3")})

    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert (tmp_path / "made").is_dir()


def test_tuned__options_in_the_url_win() -> None:
    given = {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "OPTIONS": {"connect_timeout": 1}}

    options = tuned(given)["OPTIONS"]

    assert options["connect_timeout"] == 1
    assert "statement_timeout=30s" in options["options"]


def test_tuned__connections_persist_and_requests_open_no_transaction() -> None:
    database = tuned({"ENGINE": "django.db.backends.postgresql", "NAME": "x"})

    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (None, True)
    assert database["ATOMIC_REQUESTS"] is False
