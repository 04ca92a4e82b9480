"""The limits that commands, the domain and the database constraints share."""

from decimal import Decimal

MAX_PRODUCT_ID = 2**53 - 1
"""The largest integer that every JSON parser reads without loss."""
MAX_UNIT_PRICE = Decimal("99999999.99")
MAX_QUANTITY = 10**9
"""The most pieces that one command moves or counts."""
MAX_STOCK = 10**15
MAX_RELATIONS = 100
MAX_CATEGORIES = 20
SKU_LENGTH = 64
NAME_LENGTH = 200
DESCRIPTION_LENGTH = 10_000
REASON_LENGTH = 500
SLUG_LENGTH = 50
MIN_RATING, MAX_RATING = 1, 5
COMMAND_SLUG_LENGTH = 50
