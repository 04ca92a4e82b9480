"""Product ids in the path of an address."""

LARGEST_ID = 2**63 - 1


class ProductIdConverter:
    """ASCII digits without leading zeros. A text that cannot be a product's id does not match, which gives 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        product_id = int(value)
        if product_id > LARGEST_ID:
            raise ValueError(value)
        return product_id

    def to_url(self, value: int) -> str:
        return str(value)
