"""A worker locks the checkpoint of a partition, also when another worker has just made it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from events.models import Checkpoint
from events.projections.base import Projection
from events.projections.checkpoints import checkpoints_of, lock_unless_busy
from kernel.database.aliases import read_alias

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_lock_unless_busy__locks_a_checkpoint_that_another_worker_made_since_the_first_look(
    display: Projection[Any],
) -> None:
    def make_them_elsewhere() -> None:
        checkpoints_of(display)
        connections.close_all()

    def after_the_first_look(execute: Callable[..., Any], *statement: Any) -> Any:
        returned = execute(*statement)
        with ThreadPoolExecutor(1) as other:
            other.submit(make_them_elsewhere).result()
        return returned

    connection = connections[read_alias()]
    with transaction.atomic(using=read_alias()):
        assert not Checkpoint.objects.exists()
        with connection.execute_wrapper(after_the_first_look):
            locked = lock_unless_busy(display, 2)
    assert locked is not None
    assert locked.partition == 2


def test_lock_unless_busy__leaves_a_checkpoint_that_another_worker_holds(display: Projection[Any]) -> None:
    checkpoints_of(display)

    def lock_elsewhere() -> list[Checkpoint | None]:
        with transaction.atomic(using=read_alias()):
            locked = [lock_unless_busy(display, partition) for partition in (1, 2)]
        connections.close_all()
        return locked

    with transaction.atomic(using=read_alias()):
        assert lock_unless_busy(display, 1) is not None
        with ThreadPoolExecutor(1) as other:
            held, free = other.submit(lock_elsewhere).result()
    assert held is None
    assert free is not None
