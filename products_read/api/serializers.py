"""The documents for the OpenAPI schema. The classes serialise nothing; a test compares them with the responses."""

from typing import Any

from rest_framework import serializers

from products_read.api.event_schema import ChangeSerializer, EventSerializer, FieldValueField
from products_read.queries.explain_field import EXPLAINED_BY


class ProductDisplaySerializer(serializers.Serializer[Any]):
    """A product as customers see it. `user_rating` is the mean of all ratings, or null without ratings."""

    id = serializers.IntegerField(min_value=1)
    sku = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    description = serializers.CharField()
    unit_price = serializers.DecimalField(max_digits=10, decimal_places=2)
    currency = serializers.CharField()
    is_out_of_stock = serializers.BooleanField()
    user_rating = serializers.FloatField(allow_null=True, min_value=1, max_value=5)
    rating_count = serializers.IntegerField(min_value=0)
    categories = serializers.ListField(child=serializers.CharField())
    related_product_ids = serializers.ListField(child=serializers.IntegerField(min_value=1))
    discontinued = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1)


class ProductInventorySerializer(serializers.Serializer[Any]):
    """A product as the warehouse sees it. `current_stock` is in units."""

    id = serializers.IntegerField(min_value=1)
    sku = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    current_stock = serializers.IntegerField(min_value=0)
    discontinued = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1)


class CategorySerializer(serializers.Serializer[Any]):
    """A category, and the number of its products that are not discontinued."""

    slug = serializers.CharField()
    product_count = serializers.IntegerField(min_value=1)


class PageSerializer(serializers.Serializer[Any]):
    """One page of a list. `next` and `previous` are the addresses of the pages beside it, or null."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProductDisplayPageSerializer(PageSerializer):
    results = ProductDisplaySerializer(many=True)


class ProductInventoryPageSerializer(PageSerializer):
    results = ProductInventorySerializer(many=True)


class HistorySerializer(PageSerializer):
    results = EventSerializer(many=True)


class FeedSerializer(serializers.Serializer[Any]):
    """A part of the log, in order of position."""

    results = EventSerializer(many=True)
    next_after = serializers.IntegerField(
        min_value=0, help_text="The position to go on from. Send it as `after` with the next request."
    )
    head = serializers.IntegerField(min_value=0, help_text="The last position that can be read now.")


class ExplanationSerializer(serializers.Serializer[Any]):
    """The field's value now, and the events that changed it, newest first."""

    field = serializers.ChoiceField(sorted(EXPLAINED_BY))
    current = FieldValueField()
    changes = ChangeSerializer(many=True)
