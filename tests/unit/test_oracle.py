"""The oracle of the standing proof tells a wrong response from a right one."""

from typing import Any

import pytest

from tests.support.oracle import Answered, Oracle, Sent


def answered(number: int, name: str, payload: dict[str, Any], event: str = "", **answer: Any) -> Answered:
    """The response to a command about product 1, alone at its moment. It is accepted unless `refusal` is given."""
    command = Sent(str(number), name, {"product_id": 1, **payload}, 1, None, 10 * number)
    if "refusal" in answer:
        return Answered(command, 10 * number + 5, None, answer["refusal"], answer.get("members", {}))
    version = answer.get("version", number)
    events = [{"type": event, "version": version, "position": number}] if event else []
    result = {"product_id": 1, "version": version, "position": number, "events": events}
    return Answered(command, 10 * number + 5, result)


ADDED = answered(1, "add-new-product", {"name": "Lamp", "unit_price": "1"}, "product.added")
STOCKED = answered(2, "add-to-inventory", {"quantity": 5}, "inventory.added")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (answered(3, "confirm-items-shipped", {"quantity": 5}, "inventory.items_shipped"), None),
        (answered(3, "confirm-items-shipped", {"quantity": 6}, "inventory.items_shipped"), "accepted, but"),
        (
            answered(3, "add-to-inventory", {"quantity": 1}, "inventory.added", version=4),
            "answered otherwise",
        ),
        (answered(3, "rate-product", {"rating": 5}, "product.rating_withdrawn"), "answered otherwise"),
        (answered(3, "change-price", {"unit_price": "1.00"}, version=2), None),
        (answered(3, "change-price", {"unit_price": "2.00"}, version=2), "answered as no-op, but"),
        (
            answered(
                3,
                "confirm-items-shipped",
                {"quantity": 6},
                refusal="insufficient_stock",
                members={"current_stock": 5},
            ),
            None,
        ),
        (
            answered(
                3,
                "confirm-items-shipped",
                {"quantity": 6},
                refusal="insufficient_stock",
                members={"current_stock": 0},
            ),
            "refused, but",
        ),
        (
            answered(3, "confirm-items-shipped", {"quantity": 5}, refusal="insufficient_stock"),
            "refused, but",
        ),
        (answered(3, "rate-product", {"rating": 5}, refusal="product_discontinued"), "refused, but"),
    ],
)
def test_oracle__complains_of_wrong_answers_alone(answer: Answered, complaint: str | None) -> None:
    complaints = Oracle(staff=[1], users=[1]).hear([ADDED, STOCKED, answer])

    assert len(complaints) == (complaint is not None)
    assert all(text.startswith(complaint or "") for text in complaints)
