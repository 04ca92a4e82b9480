"""The documents as the schema describes them. They serialise nothing; a test holds them to what is served."""

from typing import Any

from rest_framework import serializers


class ProductDisplaySerializer(serializers.Serializer[Any]):
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
    id = serializers.IntegerField(min_value=1)
    sku = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    current_stock = serializers.IntegerField(min_value=0)
    discontinued = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1)


class CategorySerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    product_count = serializers.IntegerField(min_value=1)


class PageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProductDisplayPageSerializer(PageSerializer):
    results = ProductDisplaySerializer(many=True)


class ProductInventoryPageSerializer(PageSerializer):
    results = ProductInventorySerializer(many=True)
