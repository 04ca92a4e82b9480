"""The measurements by name, in the order of the table's rows."""

from collections.abc import Callable, Iterator

from benchmarks.result import Row
from benchmarks.rig import Rig
from benchmarks.rows import commands, freshness, growth, http, projecting, rebuilding, watermark

Measurement = Callable[[Rig], Iterator[Row]]

MEASUREMENTS: dict[str, Measurement] = {
    "commands": commands.measure,
    "http-commands": http.measure_commands,
    "rebuild": rebuilding.measure,
    "memory": rebuilding.measure_memory,
    "projection": projecting.measure,
    "reads": http.measure_reads,
    "freshness": freshness.measure,
    "growth": growth.measure,
    "watermark": watermark.measure,
}
