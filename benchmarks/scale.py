"""How large and how long the measurements are."""

from typing import NamedTuple


class Scale(NamedTuple):
    """`products` with `events_each` for commands and reads; `log_products` with as many for rebuilds.

    `growth` is how many times larger the large one of two catalogues is. `rounds` alternate between both sides;
    each lasts `seconds`. `samples` are single commands whose latency is taken.
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
