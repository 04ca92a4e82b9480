"""Rebuilding under live traffic, killed at any moment, or started twice; and verifying without a false difference.

The full form has a million events of a hundred thousand products and is part of ``make soak``.
"""

import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from kernel import failpoints
from tests.support import rebuild_programs as programs
from tests.support.filling import fill, stock_at
from tests.support.processes import eventually
from tests.support.rebuild_catalogue import (
    OLD,
    READ_TABLES,
    Catalogue,
    Ended,
    Size,
    Templates,
    install,
    make_every_row_differ,
)
from tests.support.rebuild_gate import held_inside_the_merge, held_while_folding, wait_until_held
from tests.support.rebuild_readers import Detail, Read, Reader, documents_by_version
from tools.servers import postgresql

pytestmark = [pytest.mark.processes, pytest.mark.takes_minutes]

Tables = dict[str, str]
TINY, SHORT, FULL = Size(100, 5), Size(4_000, 5), Size(100_000, 10)
READS_INSIDE = 1_000
READERS = 2
KILLS = 3
SECONDS_PER_PRODUCT = 0.0002  # about the duration of a rebuild; random kills are spread over it
VERIFIES = 100
A_LONG_TIME = 1_800.0  # seconds; ends a test that hangs, and measures nothing

sizes = pytest.mark.parametrize(
    "size", [SHORT, pytest.param(FULL, marks=pytest.mark.soak)], ids=["short", "full"]
)
tiny = pytest.mark.parametrize("size", [TINY], ids=["tiny"])


@pytest.fixture(scope="module")
def templates(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(postgres_url, tmp_path_factory.mktemp("templates"))
    yield made
    made.drop()


@pytest.fixture
def size() -> Size:
    return SHORT


@pytest.fixture
def catalogue(templates: Templates, size: Size, tmp_path: Path) -> Iterator[Catalogue]:
    with templates.copy(size, tmp_path) as copy:
        yield copy


def leave_as_it_is(_: Catalogue) -> None:
    """Change nothing, so that no row differs."""


@sizes
@pytest.mark.parametrize(
    "prepare", [make_every_row_differ, leave_as_it_is], ids=["all_differ", "none_differs"]
)
def test_rebuild__under_live_traffic__readers_see_old_then_new(
    catalogue: Catalogue, prepare: Callable[[Catalogue], None]
) -> None:
    prepare(catalogue)
    began, over, reads = rebuild_under_traffic(catalogue)
    expected = documents_by_version(catalogue, {read.detail.product_id for read in reads if read.detail})
    is_old_allowed = prepare is make_every_row_differ
    for read in reads:
        assert is_old_or_new(read, expected, is_old_allowed=is_old_allowed and read.began < over), read
    assert any(is_old(read) for read in reads if read.began > began) == is_old_allowed
    assert catalogue.run("catch_up_projections").status == 0
    assert catalogue.run("verify_read_models").status == 0
    assert catalogue.leftovers() == []


def rebuild_under_traffic(catalogue: Catalogue) -> tuple[float, float, list[Read]]:
    """Rebuild while clients read and write. Returns a moment in the merge, the end of the rebuild, and all reads.

    The merge is held until enough reads lie inside it and a command has been accepted meanwhile. Times are in
    monotonic seconds.
    """
    busy, quiet = catalogue.size.products // 2, catalogue.size.products // 2 + 1
    readers = [Reader(catalogue, quiet, seed) for seed in range(READERS)]
    with ExitStack() as traffic:
        traffic.enter_context(being_written(catalogue, busy))
        for reader in readers:
            reader.start()
            traffic.callback(reader.stop)
        with held_inside_the_merge(catalogue, A_LONG_TIME):
            rebuilding = catalogue.rebuild()
            wait_until_held(catalogue, A_LONG_TIME)
            began, head = time.monotonic(), head_of(catalogue)
            eventually(lambda: reads_since(readers, began) >= READS_INSIDE, A_LONG_TIME)
            eventually(lambda: head_of(catalogue) > head, A_LONG_TIME)
            inside = reads_since(readers, began)
        status, output = rebuilding.end()
        over = time.monotonic()
        eventually(lambda: reads_since(readers, over) >= READERS, A_LONG_TIME)
    assert status == 0, output
    sys.stdout.write(f"\n{inside} reads inside the merge\n{output}")
    return began, over, [read for reader in readers for read in reader.stop()]


@contextmanager
def being_written(catalogue: Catalogue, upto: int) -> Iterator[None]:
    """Run live writers of products 1 to `upto` inside the block. None of them may fail."""
    writers = [catalogue.start(programs.write, seed, 1, upto) for seed in (1, 2)]
    yield
    for writer in writers:
        status, output = writer.stop()
        assert status == 0, output


def head_of(catalogue: Catalogue) -> int:
    return int(catalogue.fetch("SELECT max(position) FROM events_event")[0][0])


def reads_since(readers: list[Reader], began: float) -> int:
    """The number of reads that have begun and ended since that moment."""
    return sum(reader.reads_since(began) for reader in readers)


def is_old(read: Read) -> bool:
    return read.detail.document.startswith(OLD) if read.detail else read.new == 0


def is_old_or_new(read: Read, expected: dict[tuple[int, int], str], *, is_old_allowed: bool) -> bool:
    """Whether the read saw rows of one code only, and the right document for the version that it saw."""
    if is_old(read) and not is_old_allowed:
        return False
    if read.detail is None:
        return read.new in (0, read.of)
    product_id, version, document = read.detail
    return document.removeprefix(OLD) == expected[product_id, version]


def test_is_old_or_new__finds_a_read_that_is_neither() -> None:
    expected = {(7, 2): "new"}
    fine = [Detail(7, 2, "new"), Detail(7, 2, OLD + "new")]
    assert all(is_old_or_new(Read(0, 1, detail), expected, is_old_allowed=True) for detail in fine)
    assert not is_old_or_new(Read(0, 1, Detail(7, 2, OLD + "new")), expected, is_old_allowed=False)
    assert not is_old_or_new(Read(0, 1, Detail(7, 2, "other")), expected, is_old_allowed=True)
    assert not is_old_or_new(Read(0, 1, new=3, of=20), expected, is_old_allowed=True)


@sizes
def test_rebuild__killed_anywhere__changes_nothing_and_the_next_one_ends_the_same(
    catalogue: Catalogue,
) -> None:
    right = catalogue.read_tables()
    make_every_row_differ(catalogue)
    old = catalogue.read_tables()
    for point in (failpoints.BEFORE_MERGE, failpoints.BEFORE_MERGE_COMMIT):
        killed = catalogue.rebuild(failpoint=point).end()
        assert killed.status == -signal.SIGKILL
        assert killed.output.endswith(f"failpoint {point}\n")  # a long rebuild prints its progress before
        wait_until_no_rebuild_runs(catalogue)
        assert catalogue.read_tables() == old
    for seed in range(KILLS):
        kill_at_random(catalogue, seed)
        assert is_all_or_nothing(catalogue.read_tables(), old, right)
        make_every_row_differ(catalogue)
        old = catalogue.read_tables()
    assert catalogue.rebuild().end().status == 0
    assert (catalogue.read_tables(), catalogue.leftovers()) == (right, [])


def is_all_or_nothing(tables: Tables, old: Tables, right: Tables) -> bool:
    """Whether the tables of each projection, which one merge writes, are all old or all right."""
    merges = [{name for name in tables if kind in name} for kind in ("display", "inventory")]
    return all(
        any(all(tables[name] == state[name] for name in names) for state in (old, right)) for names in merges
    )


def test_is_all_or_nothing__finds_half_a_merge() -> None:
    old, right = (dict.fromkeys(READ_TABLES, state) for state in ("old", "right"))
    rebuilt = {name: right[name] if "inventory" in name else old[name] for name in READ_TABLES}
    assert all(is_all_or_nothing(tables, old, right) for tables in (old, right, rebuilt))
    assert not is_all_or_nothing(old | {READ_TABLES[0]: "right"}, old, right)


def kill_at_random(catalogue: Catalogue, seed: int) -> None:
    """kill -9 the rebuild at a random moment after it has made its staging tables; for seed 0, while it folds."""
    with held_while_folding(catalogue):
        rebuilding = catalogue.rebuild("product_display")
        wait_until_held(catalogue, A_LONG_TIME)
        if seed == 0:
            rebuilding.kill()
    sleep_during_rebuild(catalogue, seed)
    rebuilding.kill()
    wait_until_no_rebuild_runs(catalogue)


def sleep_during_rebuild(catalogue: Catalogue, seed: int) -> None:
    time.sleep(random.Random(seed).uniform(0, catalogue.size.products * SECONDS_PER_PRODUCT))


def wait_until_no_rebuild_runs(catalogue: Catalogue) -> None:
    """The session of a killed client ends only when the database has finished its statement."""
    eventually(lambda: not catalogue.is_being_rebuilt(), A_LONG_TIME)


Hold = AbstractContextManager[None]


@pytest.mark.parametrize("size", [TINY, pytest.param(FULL, marks=pytest.mark.soak)], ids=["tiny", "full"])
def test_rebuild__database_crashed__leaves_no_merge_half_done_and_the_next_one_ends_the_same(
    size: Size, tmp_path: Path
) -> None:
    with tempfile.TemporaryDirectory(prefix="products-crashed-") as name:
        home = Path(name)
        with catalogue_on(home, tmp_path, size) as catalogue:
            install(catalogue)
            right = catalogue.read_tables()
            make_every_row_differ(catalogue)
            old = catalogue.read_tables()
            crash_during_rebuild(home, catalogue, held_while_folding)
        with catalogue_on(home, tmp_path, size) as catalogue:
            assert catalogue.read_tables() == old
            crash_during_rebuild(home, catalogue, held_inside_the_merge)
        for seed in range(KILLS):
            with catalogue_on(home, tmp_path, size) as catalogue:
                assert is_all_or_nothing(catalogue.read_tables(), old, right)
                make_every_row_differ(catalogue)
                old = catalogue.read_tables()
                with held_while_folding(catalogue):
                    rebuilding = catalogue.rebuild()
                    wait_until_held(catalogue, A_LONG_TIME)
                sleep_during_rebuild(catalogue, seed)
                crash(home)
                rebuilding.end()
        with catalogue_on(home, tmp_path, size) as catalogue:
            assert is_all_or_nothing(catalogue.read_tables(), old, right)
            assert catalogue.rebuild().end().status == 0
            assert (catalogue.read_tables(), catalogue.leftovers()) == (right, [])


@contextmanager
def catalogue_on(home: Path, tmp_path: Path, size: Size) -> Iterator[Catalogue]:
    """A catalogue on its own server. Its data stay in `home` from one start to the next."""
    with postgresql(home) as url, Catalogue(url, tmp_path, size) as catalogue:
        yield catalogue


def crash_during_rebuild(home: Path, catalogue: Catalogue, held: Callable[[Catalogue], Hold]) -> None:
    with held(catalogue):
        rebuilding = catalogue.rebuild()
        wait_until_held(catalogue, A_LONG_TIME)
        crash(home)
        status, output = rebuilding.end()
    assert status == 1, output


def crash(home: Path) -> None:
    """Stop the server as a crash does: it writes nothing back, and UNLOGGED tables are empty afterwards."""
    os.kill(int((home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)


def test_rebuild__started_twice__the_second_is_refused(catalogue: Catalogue) -> None:
    with held_inside_the_merge(catalogue):
        first = catalogue.rebuild("product_display")
        wait_until_held(catalogue)
        second = catalogue.rebuild("product_display").end()
    assert second.status == 1
    assert second.output == "CommandError: rebuild-product_display is running already. Nothing was done.\n"
    assert first.end().status == 0


@sizes
def test_rebuild__in_two_processes__gives_the_same_rows(catalogue: Catalogue) -> None:
    right = catalogue.read_tables()
    make_every_row_differ(catalogue)
    with catalogue.service() as service:
        command = ("rebuild_read_models", "product_display", "--noinput", "--parallel", "2")
        assert service.python("rebuild", "manage.py", *command).process.wait() == 0
    assert catalogue.rebuild("product_inventory").end().status == 0
    assert (catalogue.read_tables(), catalogue.leftovers()) == (right, [])


@pytest.mark.parametrize(
    "size", [Size(2_000, 10), pytest.param(Size(20_000, 10), marks=pytest.mark.soak)], ids=["short", "full"]
)
def test_rebuild__of_five_times_the_events__needs_no_more_memory(catalogue: Catalogue) -> None:
    products, events_each = catalogue.size
    make_every_row_differ(catalogue)
    before = peak_memory(catalogue)
    fill(catalogue.url, products, upto=5 * events_each, after=events_each)
    make_every_row_differ(catalogue)
    assert peak_memory(catalogue) < 1.15 * before


def peak_memory(catalogue: Catalogue) -> int:
    """The largest resident size of the process of a rebuild, in KiB."""
    with catalogue.service() as service:
        rebuilding = service.python(
            "rebuild", "manage.py", "rebuild_read_models", "--noinput", "product_display"
        )
        _, status, usage = os.wait4(rebuilding.process.pid, 0)
        rebuilding.process.returncode = os.waitstatus_to_exitcode(status)
    assert status == 0, rebuilding.output
    return usage.ru_maxrss


@tiny
def test_verify__a_hundred_times_during_live_writes__finds_no_difference(catalogue: Catalogue) -> None:
    with being_written(catalogue, TINY.products):
        head = head_of(catalogue)
        status, output = catalogue.start(programs.verify, VERIFIES).end()
    assert status == 0, output
    assert output.count("write tables = log = read tables") == VERIFIES
    assert head_of(catalogue) > head + VERIFIES


CHANGES_BY_HAND = """
UPDATE products_read_productdisplay SET rating_sum = rating_sum + 1 WHERE id = 11;
UPDATE products_read_productinventory SET current_stock = 5, document = 'null' WHERE id = 12;
DELETE FROM products_read_productdisplay WHERE id = 13;
DELETE FROM products_read_displayword WHERE product_id = 14 AND word = 'oak';
INSERT INTO products_read_productinventory
    (id, version, projection_version, name, current_stock, discontinued, document)
    VALUES (999, 1, 1, 'Ghost', 0, false, '{}');
UPDATE products_write_stockitem SET quantity = 7 WHERE product_id = 15
"""
IN_READ_TABLES = {
    ("product_display", 11, "rating_sum"),
    ("product_inventory", 12, "current_stock"),
    ("product_inventory", 12, "document"),
    ("product_display", 13, "row"),
    ("product_display", 14, "products_read_displayword"),
    ("product_inventory", 999, "row"),
}
IN_WRITE_TABLES = {("write tables", 15, "stock")}


@tiny
def test_verify__changes_by_hand__are_named_exactly_and_read_rows_mended(
    catalogue: Catalogue,
) -> None:
    right = catalogue.read_tables()
    catalogue.execute(CHANGES_BY_HAND)
    found = catalogue.run("verify_read_models", "--repair")
    again = catalogue.run("verify_read_models")
    assert (found.status, differences(found)) == (1, IN_READ_TABLES | IN_WRITE_TABLES)
    assert (again.status, differences(again)) == (1, IN_WRITE_TABLES)
    assert catalogue.read_tables() == right
    catalogue.execute(
        f"UPDATE products_write_stockitem SET quantity = {stock_at(TINY.events_each)} WHERE product_id = 15"
    )
    assert catalogue.run("verify_read_models").status == 0


def differences(verified: Ended) -> set[tuple[str, int, str]]:
    """The differences that verify printed: the place, the product and the field of each."""
    lines = re.findall(r"^([a-z_ ]+): product (\d+): (\w+): log says", verified.output, re.MULTILINE)
    return {(where, int(product_id), field) for where, product_id, field in lines}
