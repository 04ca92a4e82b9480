"""Rating a product with the guarantees of the service: a lock, a log, and one effect for one idempotency key."""

from uuid import UUID

from django.db import transaction

from benchmarks.crud.models import ChangeLog, IdempotencyKey, Product, Rating


def rate(product_id: int, user_id: int, rating: int, key: UUID) -> dict[str, object]:
    """Stores the rating. Returns the response. Raises IntegrityError for a key that was used before."""
    with transaction.atomic():
        product = Product.objects.select_for_update().get(pk=product_id)
        Rating.objects.update_or_create(product=product, user_id=user_id, defaults={"rating": rating})
        product.version += 1
        product.save()
        ChangeLog.objects.create(
            product=product, user_id=user_id, change="product rated", details={"rating": rating}
        )
        response: dict[str, object] = {"id": product.id, "version": product.version}
        IdempotencyKey.objects.create(key=key, user_id=user_id, answer=response)
    return response
