"""What a sweep does: everything that a lost message or a crash may have left undone, on either side."""

from collections.abc import Callable

import structlog

logger = structlog.get_logger("events.sweeping")

_participants: dict[str, Callable[[], object]] = {}


def register_sweep(name: str, sweep: Callable[[], object]) -> None:
    """Have `sweep` called in every sweep, after those registered before it. It must end within some seconds."""
    _participants[name] = sweep


def sweep_everything() -> None:
    """Run every registered sweep. One that fails is logged and tried again next time; the others still run."""
    for name, sweep in _participants.items():
        try:
            sweep()
        except Exception:
            logger.exception("sweep_failed", sweep=name)
