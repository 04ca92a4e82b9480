"""The other tables of products in the admin: categories, relations, ratings and stock."""

from kernel.read_only_admin import ReadOnlyAdmin


class CategoryAdmin(ReadOnlyAdmin):
    list_display = ("slug",)
    search_fields = ("slug",)


class ProductCategoryAdmin(ReadOnlyAdmin):
    list_display = ("product", "category")
    list_select_related = ("product", "category")
    search_fields = ("=product__id", "category__slug")


class ProductRelationAdmin(ReadOnlyAdmin):
    list_display = ("product", "related_product")
    list_select_related = ("product", "related_product")
    search_fields = ("=product__id", "=related_product__id")


class RatingAdmin(ReadOnlyAdmin):
    list_display = ("product", "user_id", "rating", "previous_rating")
    list_filter = ("rating",)
    list_select_related = ("product",)
    search_fields = ("=product__id", "=user_id")


class StockItemAdmin(ReadOnlyAdmin):
    list_display = ("product", "quantity", "last_counted_at")
    list_select_related = ("product",)
    search_fields = ("=product__id", "=product__sku")


class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("product", "version", "quantity", "effective_at")
    list_select_related = ("product",)
    search_fields = ("=product__id",)
    ordering = ("-id",)
