"""The standing proof: under kills and lost connections no event is lost or doubled, and every response is right.

PROOF_SEED repeats the schedule of a run. PROOF_COMMANDS and SOAK_COMMANDS set the length of the short and the full
form.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.support import proof_tables
from tests.support.oracle import Oracle
from tests.support.processes import Service, environment, migrated_database
from tests.support.proof_run import Plan, Report, StandingProof
from tools.servers import redis_server

SHORT = Plan(int(os.environ.get("PROOF_SEED", "20260101")), int(os.environ.get("PROOF_COMMANDS", "5000")))


@pytest.fixture
def service(tmp_path: Path, postgres_url: str) -> Iterator[Service]:
    """A migrated installation with its own database and its own Redis."""
    with (
        migrated_database(postgres_url, f"proof_{uuid4().hex[:12]}") as database_url,
        redis_server() as broker_url,
    ):
        env = environment(database_url, broker_url, VAR_DIR=str(tmp_path), LOG_LEVEL="ERROR")
        with Service(env, tmp_path) as service:
            yield service


def prove(service: Service, plan: Plan) -> tuple[Report, Oracle]:
    """Run the plan, and compare every table with the oracle."""
    with psycopg.connect(service.env["DATABASE_URL"], autocommit=True) as database:
        proof = StandingProof(plan, service, database)
        report = proof.run()
        sys.stdout.write(f"\n{report}\n")
        oracle = Oracle(staff=proof.staff, users=[*proof.staff, *proof.users])
        assert [*oracle.hear(report.answers), *report.wrong] == []
        assert service.manage("catch_up_projections").stdout == "Projected 0 events.\n"
        assert proof_tables.log(database) == oracle.log
        assert_tables_equal_oracle(database, oracle)
    service.manage("verify_read_models")
    return report, oracle


def assert_tables_equal_oracle(database: proof_tables.Database, oracle: Oracle) -> None:
    """Write tables = fold of the log = read tables = oracle, row by row."""
    products = oracle.products
    facts = {product_id: product.facts() for product_id, product in products.items()}
    assert proof_tables.written(database) == facts
    assert proof_tables.folded_log(database) == facts
    assert proof_tables.movements(database) == {
        product_id: product.movements for product_id, product in products.items() if product.movements
    }
    assert proof_tables.documents(database, "productdisplay") == {
        product_id: product.display("EUR") for product_id, product in products.items()
    }
    assert proof_tables.documents(database, "productinventory") == {
        product_id: product.inventory() for product_id, product in products.items()
    }
    assert proof_tables.shown_categories(database) == {
        product_id: [(slug, product.discontinued) for slug in product.categories]
        for product_id, product in products.items()
        if product.categories
    }


def soak_plan() -> Plan:
    """A plan with twenty times the commands and ten times the disasters. Its seed is new in each run."""
    return Plan(
        int(os.environ.get("PROOF_SEED", "0")) or secrets.randbelow(10**8),
        int(os.environ.get("SOAK_COMMANDS", "100000")),
        products=60,
        writer_kills=80,
        follower_kills=40,
        pool_kills=40,
        worker_kills=10,
        terminations=70,
        flushes=60,
        rebuilds=20,
        timeout=3 * 3600,
    )


@pytest.mark.parametrize(
    "plan",
    [SHORT, pytest.param(soak_plan(), marks=pytest.mark.soak)],
    ids=["short", "full"],
)
def test_standing_proof__nothing_is_lost_or_doubled(
    service: Service, capsys: pytest.CaptureFixture[str], plan: Plan
) -> None:
    with capsys.disabled():
        report, oracle = prove(service, plan)

    assert len(report.answers) >= plan.commands
    assert len(oracle.products) >= plan.products
    assert report.kills.total() >= 2 * plan.writer_kills + 2 * plan.follower_kills + plan.pool_kills >= 25
    assert (report.terminated.total(), report.flushes) == (plan.terminations, plan.flushes)
