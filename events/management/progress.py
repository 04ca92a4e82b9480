"""Shows the progress of a long command: a live line on a terminal, and a new line now and then elsewhere."""

import time
from typing import IO, Any

QUIET_INTERVAL_SECONDS = 10.0
LIVE_INTERVAL_SECONDS = 0.2


class ProgressLine:
    """Counts work that is done, and shows its rate and the remaining time. A `total` of 0 means that it is unknown."""

    def __init__(self, stream: IO[Any] | Any, label: str, total: int = 0) -> None:
        self.stream, self.label, self.total, self.done = stream, label, total, 0
        self._is_live = bool(getattr(stream, "isatty", lambda: False)())
        self._interval = LIVE_INTERVAL_SECONDS if self._is_live else QUIET_INTERVAL_SECONDS
        self._started = self._shown = time.monotonic()

    def advance(self, count: int) -> None:
        """Adds `count` to the work that is done."""
        self.done += count
        if time.monotonic() - self._shown >= self._interval:
            self._show()

    def finish(self) -> None:
        """Ends the live line, so that other output begins on a new line."""
        if self._is_live and self._shown > self._started:
            self._show()
            self.stream.write("\n")

    def _show(self) -> None:
        self._shown = time.monotonic()
        line = f"{self.label}: {self.done}{self._of_total()}, {self._rate():.0f}/s{self._remaining()}"
        self.stream.write(f"\r\x1b[K{line}" if self._is_live else f"{line}\n")
        self.stream.flush()

    def _rate(self) -> float:
        return self.done / max(time.monotonic() - self._started, 0.001)

    def _of_total(self) -> str:
        return f" of {self.total}" if self.total else ""

    def _remaining(self) -> str:
        if not self.total or not self.done:
            return ""
        return f", {max(self.total - self.done, 0) / self._rate():.0f} s left"
