"""Rebuilds a whole read model from the log while it is read and written.

The log is folded into staging tables beside the live ones, stream by stream. Events that came in meanwhile are added.
The last of them are added while the projection's checkpoints are locked. The rows that differ are then written in that
one transaction. Readers see the old rows until it commits, and the new rows after.
"""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import django
from django.db import transaction

from events import log
from events.integrity import merge
from events.integrity.exclusive_run import exclusive_run
from events.integrity.rebuild_streams import FoldedStreams, Progress, RebuildCounts, rebuild_streams
from events.integrity.staging import Staging
from events.log.watermark import Watermark, final_watermark
from events.models import Checkpoint, Event
from events.projections import checkpoints, parking
from events.projections.base import FoldFailed, Projection, registered_projections
from events.projections.folding import Fold
from kernel import failpoints
from kernel.database.aliases import read_alias, read_connection, write_alias, write_connection
from kernel.database.dialect import dialect_of

CHUNK_PRODUCTS = 2_000
FEW_EVENTS = 2_000  # so few events can be added while the checkpoints are locked
SAMPLES = 10
CATCH_UPS = 10  # after so many rounds the locks are taken, even if events come in faster than they are added


class StagingLost(RuntimeError):
    """The staging tables have lost rows, because the database server was restarted. Run the rebuild again."""


class Rebuilt(NamedTuple):
    """The counts of a rebuild, and the ids of some products that differed."""

    counts: RebuildCounts
    samples: list[int]


class Chunk(NamedTuple):
    """The result of one chunk of products: rows, events, and the products that could not be folded."""

    rows: int
    events: int
    failed: list[int]


def rebuild(
    projection: Projection[Any], progress: Progress, *, write: bool = True, parallel: int = 1
) -> Rebuilt:
    """Folds every stream again from the start and writes the rows that differ. Without `write`, only counts them.

    `progress` is called with numbers of further events read. `parallel` processes fold at once (PostgreSQL alone).
    Raises AlreadyRunning. Raises StagingLost if the database server was restarted during the run.
    """
    with exclusive_run(f"rebuild-{projection.name}"), _without_timeouts():
        staging = Staging(projection)
        staging.create()
        run = _Run(staging, _settled_watermark())
        run.fill(parallel, progress)
        run.catch_up()
        merge.find_differing(staging)
        failpoints.reach(failpoints.BEFORE_MERGE)
        counts = run.merge() if write else merge.counts(staging, run.orphans())
        samples = merge.sample(staging, SAMPLES)
        staging.drop()
    return Rebuilt(RebuildCounts(run.events, *counts, parked=len(run.failed)), samples)


class _Run:
    """One rebuild that is under way. The staging tables hold all events up to `watermark`."""

    def __init__(self, staging: Staging, watermark: Watermark) -> None:
        self.staging, self.projection, self.watermark = staging, staging.projection, watermark
        self.events = 0
        self.failed: set[int] = set()

    def fill(self, parallel: int, progress: Progress) -> None:
        """Folds all streams into the empty staging tables. Raises StagingLost."""
        bounds = _chunk_bounds()
        for chunk in _folded_chunks(self.projection, bounds, parallel):
            self.events += chunk.events
            self.failed.update(chunk.failed)
            progress(chunk.events)
        if not self.staging.is_whole(len(bounds)):
            raise StagingLost(StagingLost.__doc__)
        self.staging.index_children()

    def catch_up(self) -> None:
        """Adds the events that came in since, until few are left for the time under the locks."""
        for _ in range(CATCH_UPS):
            newer = _settled_watermark()
            self._bring_up(_touched(self.watermark.position, newer.position))
            few = newer.position - self.watermark.position <= FEW_EVENTS
            self.watermark = newer
            if few:
                return

    def merge(self) -> merge.Counts:
        """Writes the rows that differ, in one transaction in which nobody else writes this read model."""
        with transaction.atomic(using=read_alias()):
            # The checkpoints keep workers out. The lock on the table keeps out all others that bring products up:
            # readers, and commands in inline mode.
            locked = checkpoints.lock_all(self.projection)
            dialect_of(read_connection()).keep_writers_out(read_connection(), self.staging.main.live)
            # A worker may have passed our watermark meanwhile. Live rows then hold events that the staged rows lack.
            # A halted checkpoint does not count: its position is perhaps one of another log.
            reached = max([self.watermark, *map(_place_of, filter(_is_sound, locked))], key=_position)
            # A bring-up moves no checkpoint. Its products are found by their rows, which are ahead of the staged ones.
            moved = _touched(self.watermark.position, reached.position) | self._not_as_staged()
            self._bring_up(moved)
            merge.find_differing(self.staging, sorted(moved))
            orphans = self.orphans()
            counts = merge.counts(self.staging, orphans)
            merge.write_differing(self.staging, orphans)
            self._park_failed()
            for checkpoint in locked:
                checkpoints.restart(checkpoint, reached, self.projection)
            failpoints.reach(failpoints.BEFORE_MERGE_COMMIT)
        return counts

    def orphans(self) -> list[int]:
        """Returns the products that have a live row and no stream in the log."""
        unstaged = set(merge.unstaged_live_rows(self.staging)) - self.failed
        return sorted(unstaged - set(log.known_streams(unstaged)))

    def _not_as_staged(self) -> set[int]:
        return {*merge.rows_ahead(self.staging), *merge.unstaged_live_rows(self.staging)} - self.failed

    def _bring_up(self, product_ids: set[int]) -> None:
        """Adds to the staged rows of these products the events that they lack."""
        fold = Fold(self.projection)
        ordered = sorted(product_ids - self.failed)
        for start in range(0, len(ordered), CHUNK_PRODUCTS):
            chunk = ordered[start : start + CHUNK_PRODUCTS]
            staged = self.staging.load(chunk)
            advanced = []
            for product_id in chunk:
                row = staged.get(product_id) or self.projection.blank(product_id)
                before = row.version
                try:
                    stream = log.read_stream(product_id, before)
                    fold(row, stream)
                except FoldFailed:
                    self.failed.add(product_id)
                    self.staging.discard([product_id])
                    continue
                self.events += row.version - before
                if row.version > before:
                    advanced.append(row)
            self.staging.replace(advanced)

    def _park_failed(self) -> None:
        """Parks the products that could not be folded, and no others."""
        parking.forget(self.projection)
        rebuild_streams(self.projection, sorted(self.failed))


def _settled_watermark() -> Watermark:
    """Waits until no open writer holds the watermark back, and returns it.

    The wait ends: the database ends a writer that idles in its transaction.
    """
    while (watermark := final_watermark()).holder is not None:
        pass
    return watermark


def _chunk_bounds() -> list[tuple[int, int]]:
    """Returns the first and the last product of each chunk of streams."""
    with write_connection().cursor() as cursor:
        cursor.execute(
            "SELECT min(product_id), max(product_id) FROM (SELECT product_id,"
            f" (row_number() OVER (ORDER BY product_id) - 1) / {CHUNK_PRODUCTS} AS chunk"
            " FROM events_event WHERE version = 1) AS streams GROUP BY chunk ORDER BY 1"
        )
        bounds: list[tuple[int, int]] = cursor.fetchall()
    return bounds


def _folded_chunks(
    projection: Projection[Any], bounds: Sequence[tuple[int, int]], parallel: int
) -> Iterator[Chunk]:
    if parallel == 1 or dialect_of(read_connection()).has_one_writer:
        yield from (fold_chunk(projection.name, first, last) for first, last in bounds)
        return
    context = multiprocessing.get_context("spawn")
    # A child process imports the initializer before Django is set up. It cannot be in a module that imports models.
    with ProcessPoolExecutor(parallel, mp_context=context, initializer=django.setup) as pool:
        futures = [pool.submit(fold_chunk, projection.name, first, last) for first, last in bounds]
        for future in as_completed(futures):
            yield future.result()


def fold_chunk(projection_name: str, first: int, last: int) -> Chunk:
    """Folds the streams of products `first` to `last` into the staging tables, and notes that they are there."""
    projection = registered_projections()[projection_name]
    folding = FoldedStreams(projection, log.streams_between(first, last))
    rows = list(folding)
    staging = Staging(projection)
    staging.add(rows)
    staging.note_progress(first, len(rows))
    return Chunk(len(rows), folding.events, [failure.product_id for failure in folding.failures])


def _touched(after: int, upto: int) -> set[int]:
    events = Event.objects.filter(position__gt=after, position__lte=upto)
    return set(events.values_list("product_id", flat=True).distinct())


def _is_sound(checkpoint: Checkpoint) -> bool:
    return not checkpoint.halted and not checkpoints.why_log_is_foreign(checkpoint)


def _place_of(checkpoint: Checkpoint) -> Watermark:
    return Watermark(checkpoint.position, checkpoint.event_id)


def _position(watermark: Watermark) -> int:
    return watermark.position


@contextmanager
def _without_timeouts() -> Iterator[None]:
    """Lifts the limits of time on both sides' databases: one statement of a rebuild can take minutes."""
    with ExitStack() as stack:
        for connection in {read_alias(): read_connection(), write_alias(): write_connection()}.values():
            stack.enter_context(dialect_of(connection).without_timeouts(connection))
        yield
