"""Holds a rebuild while it folds or inside its merge, until the test lets it go on."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from tests.support.processes import eventually
from tests.support.rebuild_catalogue import REBUILDING, Catalogue

_GATE = 4_711

# These are statement triggers, because they also fire when no row differs.
_INSTALL = f"""
CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('application_name') = '{REBUILDING}' THEN
        PERFORM pg_advisory_xact_lock_shared({_GATE});
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER gate AFTER INSERT OR UPDATE ON products_read_productdisplay
    FOR EACH STATEMENT EXECUTE FUNCTION wait_at_the_gate()
"""
_REMOVE = "DROP FUNCTION wait_at_the_gate() CASCADE"
_WAITING = (
    f"SELECT 1 FROM pg_stat_activity WHERE application_name = '{REBUILDING}' AND wait_event_type = 'Lock'"
)


@contextmanager
def held_inside_the_merge(catalogue: Catalogue, timeout: float = 120.0) -> Iterator[None]:
    """Inside the block a rebuild stops when it has written the rows of product_display and not committed them."""
    catalogue.execute(_INSTALL)
    with suppress(psycopg.OperationalError):  # the test may have crashed the server
        with psycopg.connect(catalogue.url, autocommit=True) as keeper:
            keeper.execute("SELECT pg_advisory_lock(%s)", [_GATE])
            yield
        eventually(lambda: not catalogue.is_being_rebuilt(), timeout)
        catalogue.execute(_REMOVE)


@contextmanager
def held_while_folding(catalogue: Catalogue) -> Iterator[None]:
    """Inside the block a rebuild stops when it has made its staging tables: it waits for the skipped events."""
    with suppress(psycopg.OperationalError), psycopg.connect(catalogue.url) as keeper:
        keeper.execute("LOCK TABLE events_skippedevent IN ACCESS EXCLUSIVE MODE")
        yield


def wait_until_held(catalogue: Catalogue, timeout: float = 120.0) -> None:
    """Wait until a rebuild has reached the place where it is held."""
    eventually(lambda: catalogue.fetch(_WAITING), timeout)
