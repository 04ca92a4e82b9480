"""The Celery tasks of the write side. Each one checks its argument and calls the queue."""

from time import monotonic

from celery import shared_task

from products_write.queue.execution import execute_line_of

EXECUTE_BUDGET_SECONDS = 20.0


@shared_task(name="products_write.execute_command")
def execute_command(record_id: int) -> None:
    """Executes the queued commands of the product of this command, in order, for at most EXECUTE_BUDGET_SECONDS.

    A new task does the rest. `record_id` is the id of a row of the command log; any other value does nothing.
    """
    if not isinstance(record_id, int) or not 0 < record_id < 2**63:
        return
    if execute_line_of(record_id, monotonic() + EXECUTE_BUDGET_SECONDS):
        execute_command.delay(record_id)
