"""The process of the baseline in comparisons without HTTP."""

import os
import random
import uuid

import django

from benchmarks.answering import answer, repeat


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.crud.settings"
    django.setup()
    from benchmarks.crud.rating import rate

    def send_ratings(seconds: float, products: int, users: int) -> tuple[int, None]:
        return repeat(
            lambda: rate(
                random.randint(1, products), random.randint(1, users), random.randint(1, 5), uuid.uuid4()
            ),
            seconds,
        )

    answer({"send_ratings": send_ratings})


if __name__ == "__main__":
    main()
