"""The products of the demo shop."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple


class DemoProduct(NamedTuple):
    sku: str
    name: str
    description: str
    unit_price: Decimal
    categories: list[str]


_RANGE: dict[str, tuple[tuple[str, str], ...]] = {
    "coffee": (
        ("Ethiopian Yirgacheffe Coffee Beans 1 kg", "18.90"),
        ("House Blend Espresso 500 g", "11.50"),
        ("Decaf Swiss Water Process 250 g", "8.40"),
        ("Stovetop Espresso Maker, 6 cups", "34.00"),
        ("Burr Coffee Grinder", "89.00"),
        ("Pour-over Dripper, ceramic", "21.50"),
    ),
    "tea": (
        ("Darjeeling First Flush 100 g", "14.20"),
        ("Earl Grey Loose Leaf 250 g", "9.80"),
        ("Peppermint Tea, 50 bags", "4.60"),
        ("Cast Iron Teapot 0.8 l", "42.00"),
        ("Matcha Ceremonial Grade 30 g", "27.90"),
        ("Bamboo Whisk", "12.00"),
    ),
    "kitchen": (
        ("Chef's Knife 20 cm", "69.00"),
        ("Cast Iron Skillet 26 cm", "49.90"),
        ("Stainless Steel Saucepan 2 l", "38.50"),
        ("Oak Chopping Board", "32.00"),
        ("Mixing Bowl Set, 3 pieces", "26.40"),
        ("Digital Kitchen Scale", "19.90"),
        ("Silicone Spatula", "5.90"),
    ),
    "garden": (
        ("Pruning Shears", "24.50"),
        ("Watering Can 10 l, galvanised", "29.90"),
        ("Tomato Seeds 'San Marzano'", "3.20"),
        ("Garden Gloves, size 9", "7.80"),
        ("Raised Bed, larch 120 by 80 cm", "119.00"),
        ("Bee Hotel", "22.00"),
    ),
    "office": (
        ("Notebook A5, dotted", "8.90"),
        ("Fountain Pen, medium nib", "36.00"),
        ("Desk Lamp, dimmable", "54.90"),
        ("Laptop Stand, aluminium", "44.00"),
        ("Wireless Keyboard", "59.00"),
        ("Recycled Paper A4, 500 sheets", "5.40"),
    ),
    "outdoor": (
        ("Two-person Tent", "189.00"),
        ("Down Sleeping Bag -5 °C", "159.00"),
        ("Headlamp 300 lm", "29.90"),
        ("Enamel Mug 0.35 l", "9.50"),
        ("Trekking Poles, pair", "64.00"),
        ("Water Filter Bottle 1 l", "39.90"),
    ),
    "books": (
        ("The Patient Gardener", "16.00"),
        ("Bread at Home", "24.00"),
        ("An Atlas of Small Islands", "32.00"),
        ("Knots and Splices", "12.90"),
        ("Night Trains of Europe", "19.90"),
    ),
    "games": (
        ("Wooden Chess Set", "58.00"),
        ("Jigsaw Puzzle 1000 pieces", "17.50"),
        ("Playing Cards, linen finish", "6.90"),
        ("Go Board 19 by 19", "74.00"),
        ("Dice Tower", "23.00"),
        ("Kite, 1.4 m", "28.00"),
    ),
}
_ALSO_IN = {"coffee": "gifts", "tea": "gifts", "games": "gifts", "outdoor": "travel"}
_DEFAULT = sum(len(products) for products in _RANGE.values())


def demo_products(count: int | None) -> Iterator[DemoProduct]:
    """Yields `count` products; None means one of each. A larger count gives further editions of them."""
    base = [(category, name, price) for category, products in _RANGE.items() for name, price in products]
    for index in range(_DEFAULT if count is None else count):
        edition, place = divmod(index, len(base))
        category, name, price = base[place]
        shelf = {category} | ({_ALSO_IN[category]} if category in _ALSO_IN and place % 2 else set())
        yield DemoProduct(
            sku=f"DEMO-{index + 1:05}",
            name=name if edition == 0 else f"{name}, edition {edition + 1}",
            description=f"{name}. One of our {category} favourites.",
            unit_price=Decimal(price) + edition,
            categories=sorted(shelf),
        )
