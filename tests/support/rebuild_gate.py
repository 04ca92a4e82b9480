"""Holds a rebuild while it folds, or inside its merge, for as long as a test wants to look around or break things."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from tests.support.processes import eventually
from tests.support.rebuild_catalogue import REBUILDING, Catalogue

_GATE = 4_711

# Statement triggers fire when nothing differs, too.
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
def held_inside_the_merge(catalogue: Catalogue, patience: float = 120.0) -> Iterator[None]:
    """From here to the end a rebuild gets as far as product_display's rows being written, uncommitted."""
    catalogue.execute(_INSTALL)
    with suppress(psycopg.OperationalError):  # the test may have crashed the server
        with psycopg.connect(catalogue.url, autocommit=True) as keeper:
            keeper.execute("SELECT pg_advisory_lock(%s)", [_GATE])
            yield
        eventually(lambda: not catalogue.is_being_rebuilt(), patience)
        catalogue.execute(_REMOVE)


@contextmanager
def held_while_folding(catalogue: Catalogue) -> Iterator[None]:
    """From here to the end a rebuild makes its staging tables and then waits for what every fold reads first."""
    with suppress(psycopg.OperationalError), psycopg.connect(catalogue.url) as keeper:
        keeper.execute("LOCK TABLE events_skippedevent IN ACCESS EXCLUSIVE MODE")
        yield


def wait_until_held(catalogue: Catalogue, patience: float = 120.0) -> None:
    """Until a rebuild has got as far as it may."""
    eventually(lambda: catalogue.fetch(_WAITING), patience)
