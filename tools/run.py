"""``make run``: the embedded service on 127.0.0.1. Ctrl-C ends it, and the data stay in var/.

A database that DATABASE_URL gives gets no demo data: see tools.serving.prepare.
"""

import sys
from contextlib import suppress

from tools.processes import DidNotStart, end_on_sigterm, running, spawn, wait_until
from tools.serving import development_environment, is_alive, port, prepare, web_command, welcome

THREADS = 8


def main() -> int:
    """Serves until the web server ends. Returns its exit status, or 1 if it did not start."""
    end_on_sigterm()
    development_environment()
    try:
        number = port()
        prepare({})
        with running(spawn(web_command(number, 1, THREADS), env={"WEB_THREADS": str(THREADS)})) as web:
            wait_until(lambda: is_alive(number), web)
            print(welcome(number, {}), flush=True)
            return web.wait()
    except DidNotStart as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        raise SystemExit(main())
