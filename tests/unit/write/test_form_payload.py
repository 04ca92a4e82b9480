from products_write.commands.add_new_product import AddNewProduct
from products_write.commands.add_to_inventory import AddToInventory
from products_write.commands.definition.form_payload import form_payload


def test_form_payload__splits_lists_and_leaves_the_token_out() -> None:
    posted = {"csrfmiddlewaretoken": ["x"], "name": ["Tea, green"], "categories": ["a, b c", "d"]}
    assert form_payload(AddNewProduct, posted) == {"name": "Tea, green", "categories": ["a", "b", "c", "d"]}


def test_form_payload__a_browsers_time_is_in_the_sites_zone() -> None:
    posted = {"received_at": ["2026-03-01T10:00"]}
    assert form_payload(AddToInventory, posted) == {"received_at": "2026-03-01T10:00:00+00:00"}


def test_form_payload__an_invalid_time_is_left_for_validation() -> None:
    posted = {"received_at": ["2026-02-31T10:00"], "quantity": ["1", "2"], "other": ["1"]}
    assert form_payload(AddToInventory, posted) == {
        "received_at": "2026-02-31T10:00",
        "quantity": ["1", "2"],
        "other": "1",
    }
