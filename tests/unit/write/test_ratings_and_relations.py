"""Ratings of a product by users, and its relations to other products."""

import pytest
from django.db import IntegrityError, transaction

from facts.product import ProductRated, ProductRatingWithdrawn, ProductRelated, ProductUnrelated
from products_write import errors
from products_write.limits import MAX_RELATIONS
from products_write.models import ProductRelation, Rating
from tests.support.deciding import added, decided, locked, state_of, stored

pytestmark = pytest.mark.django_db


def test_rate__first_rating_replaces_none() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    assert decided(product) == [ProductRated(user_id=3, rating=4, previous_rating=None)]


def test_rate__another_rating_replaces_the_one_before() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    product.rate(user_id=3, rating=1)
    assert decided(product)[1] == ProductRated(user_id=3, rating=1, previous_rating=4)
    assert Rating.objects.get().rating == 1


def test_rate__the_same_again_is_a_no_op() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    product.rate(user_id=3, rating=4)
    assert len(product.pending) == 1


def test_rate__each_user_has_a_rating() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    product.rate(user_id=4, rating=2)
    assert state_of(product.id)["ratings"] == {3: 4, 4: 2}


def test_rate__refuses_a_discontinued_product() -> None:
    product = locked(added())
    product.discontinue(reason="")
    with pytest.raises(errors.ProductIsDiscontinued):
        product.rate(user_id=3, rating=4)
    assert not Rating.objects.exists()


def test_withdraw__says_which_rating_is_gone() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    product.withdraw_rating(user_id=3)
    assert decided(product)[1] == ProductRatingWithdrawn(user_id=3, previous_rating=4)
    assert not Rating.objects.exists()


def test_withdraw__refuses_where_there_is_no_rating() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    with pytest.raises(errors.RatingNotFound):
        product.withdraw_rating(user_id=4)
    assert Rating.objects.count() == 1


def test_rate__after_withdrawing_replaces_none() -> None:
    product = locked(added())
    product.rate(user_id=3, rating=4)
    product.withdraw_rating(user_id=3)
    product.rate(user_id=3, rating=4)
    assert decided(product)[2] == ProductRated(user_id=3, rating=4, previous_rating=None)


@pytest.mark.parametrize("rating", [0, 6])
def test_rating_table__refuses_by_itself(rating: int) -> None:
    product_id = added()
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(product_id=product_id, user_id=1, rating=rating)


def test_relate__is_directed_and_in_order() -> None:
    product, second, third = locked(added()), locked(added()), locked(added())
    product.relate(third)
    product.relate(second)
    assert decided(product) == [
        ProductRelated(related_product_id=third.id),
        ProductRelated(related_product_id=second.id),
    ]
    assert state_of(product.id)["related_product_ids"] == [third.id, second.id]
    assert state_of(third.id)["related_product_ids"] == []


def test_relate__again_is_a_no_op() -> None:
    product, other = locked(added()), locked(added())
    product.relate(other)
    product.relate(other)
    assert len(product.pending) == 1


def test_relate__refuses_itself() -> None:
    product = locked(added())
    with pytest.raises(errors.SelfRelation):
        product.relate(product)


def test_relate__refuses_a_discontinued_target_and_names_the_field() -> None:
    product, other = locked(added()), locked(added())
    other.discontinue(reason="")
    with pytest.raises(errors.ProductIsDiscontinued) as caught:
        product.relate(other)
    assert caught.value.members == {"field": "related_product_id"}
    assert not ProductRelation.objects.exists()


def test_relate__refuses_more_than_a_hundred() -> None:
    product, others = locked(added()), [locked(added()) for _ in range(MAX_RELATIONS + 1)]
    for other in others[:-1]:
        product.relate(other)
    with pytest.raises(errors.TooManyRelations):
        product.relate(others[-1])
    product.relate(others[0])  # this one is related already
    assert len(product.pending) == MAX_RELATIONS


def test_unrelate__removes_the_relation_also_when_discontinued() -> None:
    product, other = locked(added()), locked(added())
    product.relate(other)
    stored(product).discontinue(reason="")
    product.unrelate(other.id)
    assert decided(product)[1] == ProductUnrelated(related_product_id=other.id)
    assert not ProductRelation.objects.exists()


def test_unrelate__refuses_a_product_that_is_not_related_in_this_direction() -> None:
    product, other = locked(added()), locked(added())
    product.relate(other)
    with pytest.raises(errors.RelationNotFound):
        other.unrelate(product.id)
    assert ProductRelation.objects.count() == 1


def test_relation_table__refuses_itself() -> None:
    product_id = added()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductRelation.objects.create(product_id=product_id, related_product_id=product_id)
