"""The HTTP views of the baseline."""

import uuid
from typing import Any

from django.conf import settings
from rest_framework import mixins, serializers, viewsets
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from benchmarks.crud.models import Product, Rating
from benchmarks.crud.rating import rate


class ById(CursorPagination):
    page_size = 20
    ordering = "id"


class ProductSerializer(serializers.ModelSerializer[Product]):
    currency = serializers.SerializerMethodField()
    is_out_of_stock = serializers.SerializerMethodField()
    user_rating = serializers.FloatField()
    rating_count = serializers.IntegerField()
    categories = serializers.SlugRelatedField[Any](slug_field="slug", many=True, read_only=True)
    related_product_ids = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = (
            "id",
            "sku",
            "name",
            "description",
            "unit_price",
            "currency",
            "is_out_of_stock",
            "user_rating",
            "rating_count",
            "categories",
            "related_product_ids",
            "discontinued",
            "version",
        )

    def get_currency(self, product: Product) -> str:
        return settings.CURRENCY

    def get_is_out_of_stock(self, product: Product) -> bool:
        return product.stock.quantity == 0

    def get_related_product_ids(self, product: Product) -> list[int]:
        return [relation.related_product_id for relation in product.relations.all()]


class RatingSerializer(serializers.ModelSerializer[Rating]):
    user = serializers.HiddenField(default=serializers.CurrentUserDefault())
    rating = serializers.IntegerField(min_value=1, max_value=5)

    class Meta:
        model = Rating
        fields = ("id", "product", "user", "rating")


class ProductViewSet(viewsets.ReadOnlyModelViewSet[Product]):
    serializer_class = ProductSerializer
    pagination_class = ById

    def get_queryset(self) -> Any:
        products = Product.objects.displayed()
        if self.action == "list":
            products = products.filter(discontinued=False)
            if category := self.request.query_params.get("category"):
                products = products.filter(categories__slug=category)
        return products


class RatingViewSet(viewsets.ModelViewSet[Rating]):
    queryset = Rating.objects.all()
    serializer_class = RatingSerializer


class CarefulRatingSerializer(serializers.Serializer[Any]):
    product_id = serializers.IntegerField(min_value=1)
    rating = serializers.IntegerField(min_value=1, max_value=5)


class CarefulRatingViewSet(mixins.CreateModelMixin, viewsets.GenericViewSet[Any]):
    """Rates a product with the guarantees of the service: a lock, a log and an idempotency key."""

    serializer_class = CarefulRatingSerializer

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = request.headers.get("Idempotency-Key")
        key = uuid.UUID(sent) if sent else uuid.uuid4()
        assert request.user.pk is not None
        return Response(rate(**serializer.validated_data, user_id=request.user.pk, key=key), status=201)
