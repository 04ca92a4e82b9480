"""An example body of each command. The demo operator can send them to the demo catalogue, in this order."""

EXAMPLES: dict[str, dict[str, object]] = {
    "add-new-product": {
        "name": "Reading lamp",
        "description": "Oak, with a dimmer.",
        "unit_price": "49.90",
        "categories": ["lighting", "oak"],
    },
    "change-product-details": {"product_id": 7, "description": "Light and floral; 100 g in a tin."},
    "change-price": {"product_id": 7, "unit_price": "12.50"},
    "add-to-inventory": {"product_id": 7, "quantity": 20},
    "confirm-items-shipped": {"product_id": 7, "quantity": 2},
    "update-stock-from-inventory-recount": {"product_id": 7, "updated_quantity": 60},
    "rate-product": {"product_id": 7, "rating": 5},
    "withdraw-rating": {"product_id": 7},
    "relate-products": {"product_id": 7, "related_product_id": 10},
    "unrelate-products": {"product_id": 7, "related_product_id": 10},
    "discontinue-product": {"product_id": 9, "reason": "No longer made."},
    "reinstate-product": {"product_id": 9},
}
