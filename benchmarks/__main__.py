"""Compares the speed of this service with other ways to do its work.

    python -m benchmarks [NAME …] [--scale small|full] [--json FILE]

It starts its own PostgreSQL and Redis. Compare only ratios between machines: both sides of a row run in turns, in one
run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import table
from benchmarks.result import Row
from benchmarks.rig import Rig
from benchmarks.rows import MEASUREMENTS
from benchmarks.scale import SCALES
from tools.processes import ROOT, DidNotStart, end_on_sigterm


def main() -> int:
    """Runs the measurements of the command line and prints their table. Returns the exit status."""
    arguments = _arguments()
    end_on_sigterm()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="products-bench-", ignore_cleanup_errors=True) as directory:
        try:
            with Rig(SCALES[arguments.scale], Path(directory)) as rig:
                for name in arguments.names or MEASUREMENTS:
                    rows += _measured(name, rig)
        except DidNotStart as reason:
            print(reason, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    print()
    table.show(rows)
    table.write(rows, arguments.scale, arguments.json)
    print(f"\nWritten to {arguments.json}")
    return 0


def _measured(name: str, rig: Rig) -> list[Row]:
    started = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    rows = list(MEASUREMENTS[name](rig))
    print(f"{time.monotonic() - started:.0f} s", flush=True)
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=str(__doc__).partition("\n")[0])
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"the measurements to run; all when left out: {', '.join(MEASUREMENTS)}",
    )
    parser.add_argument(
        "--scale", choices=SCALES, default="full", help="small takes a minute or two, to try it out"
    )
    parser.add_argument(
        "--json", type=Path, default=ROOT / "var" / "bench.json", help="the file for the figures"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - MEASUREMENTS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}. Name some of: {', '.join(MEASUREMENTS)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
