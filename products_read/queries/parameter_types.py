"""The types of query parameters, with their limits."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, UnsetType

from kernel.expectations import EXPECTED

NameFilter = Annotated[str, Meta(max_length=200)] | UnsetType
SkuFilter = Annotated[str, Meta(max_length=64)] | UnsetType
SlugFilter = Annotated[str, Meta(max_length=200)] | UnsetType
PageSize = Annotated[int, Meta(ge=1, le=100)]
# A price is a text with a pattern, because the schema of a Decimal would not state its limits.
_AMOUNT = "an amount from 0 to 99999999.99 with at most two decimals, such as 12.50"
Price = Annotated[str, Meta(pattern=r"^[0-9]{1,8}(\.[0-9]{1,2})?$", extra={EXPECTED: _AMOUNT})] | UnsetType
MeanRating = Annotated[float, Meta(ge=1, le=5)] | UnsetType
Flag = bool | UnsetType
Moment = Annotated[datetime, Meta(tz=True)] | UnsetType
