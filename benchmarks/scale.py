"""The sizes and durations of the measurements."""

from typing import NamedTuple


class Scale(NamedTuple):
    """The sizes of one run.

    Commands and reads use `products` products with `events_each` events each. Rebuilds use `log_products` products and
    `log_rounds` rounds. The larger of two catalogues is `growth` times as large. Each side has `rounds` rounds of
    `seconds`. The latency is measured for `samples` single commands.
    """

    products: int
    events_each: int
    log_products: int
    log_rounds: int
    growth: int
    rounds: int
    seconds: float
    samples: int


SCALES = {
    "small": Scale(
        products=2_000,
        events_each=10,
        log_products=5_000,
        log_rounds=3,
        growth=5,
        rounds=3,
        seconds=1.0,
        samples=100,
    ),
    "full": Scale(
        products=10_000,
        events_each=10,
        log_products=100_000,
        log_rounds=3,
        growth=10,
        rounds=5,
        seconds=3.0,
        samples=500,
    ),
}
