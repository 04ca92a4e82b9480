"""The behaviours around every handler: keys, refusals, conflicts, transactions and statements."""

import re
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from facts.product import ProductRated
from kernel.actor import ANONYMOUS, SYSTEM, Actor
from kernel.errors import NotAuthenticated, NotFound, PermissionDenied, ServiceError, Unavailable
from products_write import errors
from products_write.bus import behaviours
from products_write.bus.dispatch import send
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.commands import Command
from products_write.models import CommandRecord, Product
from tests.support.deciding import added, events_of, nothing_changes, refused, sent, state_of

pytestmark = pytest.mark.django_db


def permitted(user: User, *codenames: str) -> Actor:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return Actor.of(User.objects.get(pk=user.pk))


def test_send__answers_with_version_position_and_events() -> None:
    result = sent("add-new-product", name="Teapot", unit_price="12.50")
    event = Event.objects.get()
    assert (result.version, result.position) == (1, event.position)
    assert [(each.type, each.version, each.position) for each in result.events] == [
        ("product.added", 1, event.position)
    ]


def test_send__event_names_its_actor_and_its_command(user: User) -> None:
    command_id = uuid4()
    response = send(
        Envelope.of(
            "rate-product",
            {"product_id": added(), "rating": 4},
            actor=Actor.of(user),
            command_id=command_id,
            correlation_id="trail-1",
        )
    )
    assert response.result is not None
    metadata = Event.objects.get(position=response.result.position).metadata
    assert metadata["actor_id"] == user.pk
    assert (metadata["command_id"], metadata["command"]) == (str(command_id), "rate-product")
    assert metadata["correlation_id"] == "trail-1"


def test_send__a_command_that_changes_nothing_returns_the_current_version_and_position() -> None:
    product_id = added()
    changed = sent("change-price", product_id=product_id, unit_price="13.00")
    again = sent("change-price", product_id=product_id, unit_price="13.0")
    assert (again.version, again.position, again.events) == (changed.version, changed.position, [])


def test_send__unknown_name_is_not_found() -> None:
    with pytest.raises(NotFound):
        send(Envelope.of("rate", {}, actor=ANONYMOUS))


def test_send__the_same_key_and_body_gives_the_stored_bytes(user: User) -> None:
    command_id, body = uuid4(), {"product_id": added(), "rating": 4}
    first = send(Envelope.of("rate-product", body, actor=Actor.of(user), command_id=command_id))
    with nothing_changes():
        again = send(Envelope.of("rate-product", body, actor=Actor.of(user), command_id=command_id))
    assert (again.body, again.status, again.replayed, first.replayed) == (first.body, 200, True, False)
    assert again.result == first.result


def test_send__another_spelling_of_the_same_command_is_the_same(user: User) -> None:
    command_id, product_id = uuid4(), added()
    sent("change-price", command_id=command_id, product_id=product_id, unit_price="13")
    sent("change-price", command_id=command_id, product_id=product_id, unit_price="13.00")
    assert len(events_of(product_id)) == 2


@pytest.mark.parametrize("body", [{"rating": 5}, {"product_id": 2**40}])
def test_send__the_same_key_with_another_body_is_refused(user: User, body: dict[str, int]) -> None:
    command_id, first = uuid4(), {"product_id": added(), "rating": 4}
    send(Envelope.of("rate-product", first, actor=Actor.of(user), command_id=command_id))
    with nothing_changes(), pytest.raises(errors.IdempotencyKeyReused):
        send(Envelope.of("rate-product", first | body, actor=Actor.of(user), command_id=command_id))


def test_send__the_same_key_for_another_command_is_refused(user: User) -> None:
    command_id, product_id = uuid4(), added()
    send(
        Envelope.of(
            "rate-product",
            {"product_id": product_id, "rating": 4},
            actor=Actor.of(user),
            command_id=command_id,
        )
    )
    with nothing_changes(), pytest.raises(errors.IdempotencyKeyReused):
        send(
            Envelope.of(
                "withdraw-rating", {"product_id": product_id}, actor=Actor.of(user), command_id=command_id
            )
        )


def test_send__keys_of_different_actors_are_apart(user: User, superuser: User) -> None:
    command_id, body = uuid4(), {"product_id": added(), "rating": 4}
    for actor in (Actor.of(user), Actor.of(superuser)):
        assert not send(Envelope.of("rate-product", body, actor=actor, command_id=command_id)).replayed
    assert state_of(body["product_id"])["ratings"] == {user.pk: 4, superuser.pk: 4}


def test_send__a_refusal_is_logged_and_does_not_bind_its_key() -> None:
    product_id, command_id = added(), uuid4()
    body = {"product_id": product_id, "quantity": 1}
    with pytest.raises(errors.InsufficientStock):
        sent("confirm-items-shipped", command_id=command_id, **body)
    record = CommandRecord.objects.get(command_id=command_id)
    assert (record.status, record.binding, record.http_status) == ("refused", False, 409)
    assert '"insufficient_stock"' in record.body
    sent("add-to-inventory", product_id=product_id, quantity=1)
    sent("confirm-items-shipped", command_id=command_id, **body)
    record.refresh_from_db()
    assert (record.status, record.binding, record.http_status) == ("succeeded", True, 200)


def test_send__a_refused_key_may_carry_another_command() -> None:
    product_id, command_id = added(), uuid4()
    for _ in range(2):
        with pytest.raises(errors.InsufficientStock):
            sent("confirm-items-shipped", command_id=command_id, product_id=product_id, quantity=1)
    assert sent("add-to-inventory", command_id=command_id, product_id=product_id, quantity=2).version == 2


def test_send__a_refused_reuse_leaves_the_stored_response() -> None:
    product_id, command_id = added(), uuid4()
    sent("add-to-inventory", command_id=command_id, product_id=product_id, quantity=1)
    before = CommandRecord.objects.filter(command_id=command_id).values().get()
    with pytest.raises(errors.IdempotencyKeyReused):
        sent("add-to-inventory", command_id=command_id, product_id=product_id, quantity=2)
    assert CommandRecord.objects.filter(command_id=command_id).values().get() == before


def test_send__a_binding_refusal_is_answered_again(user: User) -> None:
    actor, command_id, body = Actor.of(user), uuid4(), {"product_id": added(), "rating": 4}
    send(Envelope.of("rate-product", body, actor=actor, command_id=command_id))
    CommandRecord.objects.filter(command_id=command_id).update(
        status="refused", http_status=409, body='{"code":"product_discontinued"}'
    )
    response = send(Envelope.of("rate-product", body, actor=actor, command_id=command_id))
    assert (response.status, response.body) == (409, b'{"code":"product_discontinued"}')
    assert (response.result, response.replayed) == (None, True)


def test_send__a_pending_command_is_in_progress(user: User) -> None:
    actor, command_id, body = Actor.of(user), uuid4(), {"product_id": added(), "rating": 4}
    send(Envelope.of("rate-product", body, actor=actor, command_id=command_id))
    CommandRecord.objects.filter(command_id=command_id).update(status="pending", http_status=None, body="")
    with pytest.raises(errors.CommandInProgress):
        send(Envelope.of("rate-product", body, actor=actor, command_id=command_id))


def test_send__without_an_account_is_refused_before_the_body_is_read() -> None:
    with pytest.raises(NotAuthenticated):
        send(Envelope.of("rate-product", {"rating": "?"}, actor=ANONYMOUS))


def test_send__needs_the_commands_permission(user: User) -> None:
    body = {"product_id": added(), "unit_price": "13.00"}
    with nothing_changes(), pytest.raises(PermissionDenied):
        send(Envelope.of("change-price", body, actor=permitted(user, "change_product_details")))
    assert send(Envelope.of("change-price", body, actor=permitted(user, "change_price"))).status == 200


def test_rate_product__for_another_user_needs_the_permission(user: User, superuser: User) -> None:
    body = {"product_id": added(), "rating": 4, "user_id": superuser.pk}
    with nothing_changes(), pytest.raises(PermissionDenied):
        send(Envelope.of("rate-product", body, actor=Actor.of(user)))
    send(Envelope.of("rate-product", body, actor=permitted(user, "rate_for_others")))
    assert state_of(body["product_id"])["ratings"] == {superuser.pk: 4}


def test_rate_product__naming_oneself_needs_no_permission(user: User) -> None:
    body = {"product_id": added(), "rating": 4, "user_id": user.pk}
    assert send(Envelope.of("rate-product", body, actor=Actor.of(user))).status == 200


def test_rate_product__for_a_user_that_does_not_exist() -> None:
    refusal = refused("rate-product", product_id=added(), rating=4, user_id=2**40)
    assert (refusal.code, refusal.members) == ("user_not_found", {"field": "user_id"})


def test_relate_products__names_which_product_does_not_exist() -> None:
    product_id = added()
    related = refused("relate-products", product_id=product_id, related_product_id=2**40)
    itself = refused("relate-products", product_id=2**40, related_product_id=product_id)
    assert (related.code, related.members) == ("product_not_found", {"field": "related_product_id"})
    assert (itself.code, itself.members) == ("product_not_found", {"field": "product_id"})


CONFLICTS = [
    ("change-price", {"unit_price": "1.00"}, "change-price", {"unit_price": "2.00"}, True),
    ("change-price", {"unit_price": "1.00"}, "change-product-details", {"name": "Pot"}, False),
    ("change-price", {"unit_price": "1.00"}, "add-to-inventory", {"quantity": 1}, False),
    ("change-product-details", {"name": "Pot"}, "change-product-details", {"sku": "T-9"}, True),
    ("change-product-details", {"name": "Pot"}, "discontinue-product", {}, True),
    ("confirm-items-shipped", {"quantity": 1}, "add-to-inventory", {"quantity": 1}, False),
    (
        "update-stock-from-inventory-recount",
        {"updated_quantity": 1},
        "add-to-inventory",
        {"quantity": 1},
        True,
    ),
    (
        "update-stock-from-inventory-recount",
        {"updated_quantity": 1, "counted_at": "2026-01-01T00:00:00Z"},
        "add-to-inventory",
        {"quantity": 1},
        False,
    ),
    ("discontinue-product", {}, "change-price", {"unit_price": "1.00"}, False),
    ("rate-product", {"rating": 1, "user_id": "own"}, "rate-product", {"rating": 2, "user_id": "own"}, True),
    (
        "rate-product",
        {"rating": 1, "user_id": "own"},
        "rate-product",
        {"rating": 2, "user_id": "other"},
        False,
    ),
    ("withdraw-rating", {"user_id": "own"}, "rate-product", {"rating": 2, "user_id": "own"}, True),
]


@pytest.mark.parametrize(("name", "body", "meanwhile", "other_body", "conflicts"), CONFLICTS)
def test_expected_version__refuses_only_after_a_conflicting_event(
    user: User,
    superuser: User,
    name: str,
    body: dict[str, object],
    meanwhile: str,
    other_body: dict[str, object],
    conflicts: bool,
) -> None:
    ids: dict[object, int] = {"own": user.pk, "other": superuser.pk}
    product_id = added()
    seen = sent("add-to-inventory", product_id=product_id, quantity=5).version
    body, other_body = (
        {key: ids.get(value, value) if key == "user_id" else value for key, value in each.items()}
        for each in (body, other_body)
    )
    event = sent(meanwhile, product_id=product_id, **other_body).events[0]
    if not conflicts:
        send(Envelope.of(name, {"product_id": product_id, **body}, actor=SYSTEM, expected_version=seen))
        return
    refusal = refused(name, expected_version=seen, product_id=product_id, **body)
    assert refusal.code == "version_conflict"
    assert refusal.members == {
        "current_version": 3,
        "conflicting_events": [{"type": event.type, "version": 3}],
    }


def test_expected_version__that_does_not_exist_yet_is_refused() -> None:
    refusal = refused("add-to-inventory", expected_version=9, product_id=added(), quantity=1)
    assert refusal.members == {"current_version": 1, "conflicting_events": []}


def test_expected_version__comes_before_the_rules_of_the_domain() -> None:
    product_id = added()
    refusal = refused("confirm-items-shipped", expected_version=9, product_id=product_id, quantity=1)
    assert refusal.code == "version_conflict"


def messages(name: str, actor: Actor, command_id: UUID | None = None, **payload: object) -> list[list[str]]:
    """The messages of the command to the database in its transaction, each as its statements: verb and table."""
    with CaptureQueriesContext(connection) as captured:
        send(Envelope.of(name, payload, actor=actor, command_id=command_id))
    texts = [query["sql"].strip() for query in captured if "products_read" not in query["sql"]]
    end = next(place for place, text in enumerate(texts) if text.startswith("RELEASE SAVEPOINT"))
    return [[" ".join(found) for found in _DOES.findall(text)] for text in texts[1:end]]


_DOES = re.compile(r'(INSERT|UPDATE|FROM)(?: INTO)? "?(?:products_write|events)_(\w+)')


def in_messages(*together: str) -> list[list[str]]:
    """On PostgreSQL these statements go in one message, on SQLite each in its own."""
    return [list(together)] if connection.vendor == "postgresql" else [[statement] for statement in together]


def test_rate_product__claims_its_key_first_and_stores_its_response_last(user: User) -> None:
    product_id = added()
    assert messages("rate-product", Actor.of(user), uuid4(), product_id=product_id, rating=4) == [
        ["INSERT commandrecord"],
        ["FROM product"],
        ["INSERT rating"],
        *in_messages("UPDATE product", "INSERT event"),
        ["UPDATE commandrecord"],
    ]


def test_rate_product__with_a_key_of_the_service_stores_it_with_the_response(user: User) -> None:
    product_id = added()
    assert messages("rate-product", Actor.of(user), product_id=product_id, rating=4) == [
        ["FROM product"],
        ["INSERT rating"],
        *in_messages("UPDATE product", "INSERT event"),
        ["INSERT commandrecord"],
    ]


class Failing:
    """The next behaviour in the chain. It raises the error so many times, and then responds."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.left, self.calls = error, times, 0

    def __call__(self, envelope: Envelope) -> CommandResponse:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return CommandResponse(200, b"{}", None)


def database_error(sqlstate: str | None, kind: type[DatabaseError] = OperationalError) -> DatabaseError:
    cause = Exception("from the driver")
    cause.sqlstate = sqlstate  # type: ignore[attr-defined]
    error = kind("from the database")
    error.__cause__ = cause
    return error


def an_envelope() -> Envelope:
    return Envelope(Command, {}, ANONYMOUS, uuid4(), "test")


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_in_transaction__tries_again_after_a_passing_error(sqlstate: str) -> None:
    failing = Failing(database_error(sqlstate), 2)
    assert behaviours.in_transaction(an_envelope(), failing).status == 200
    assert failing.calls == 3


def test_in_transaction__gives_up_after_some_attempts() -> None:
    failing = Failing(database_error("40P01"), 99)
    with pytest.raises(Unavailable):
        behaviours.in_transaction(an_envelope(), failing)
    assert failing.calls == behaviours.ATTEMPTS


@pytest.mark.parametrize("sqlstate", ["55P03", "57014", None])
def test_in_transaction__a_timeout_or_a_lost_connection_is_unavailable_at_once(sqlstate: str | None) -> None:
    failing = Failing(database_error(sqlstate), 99)
    with pytest.raises(Unavailable):
        behaviours.in_transaction(an_envelope(), failing)
    assert failing.calls == 1


def test_in_transaction__a_bug_stays_a_bug() -> None:
    with pytest.raises(DatabaseError):
        behaviours.in_transaction(an_envelope(), Failing(database_error("42703", DatabaseError), 1))


def test_in_transaction__a_refusal_undoes_all_writes() -> None:
    def write_and_refuse(envelope: Envelope) -> CommandResponse:
        Product.objects.update(name="Written")
        raise ServiceError

    added()
    with nothing_changes(), pytest.raises(ServiceError):
        behaviours.in_transaction(an_envelope(), write_and_refuse)


def test_events__of_ratings_name_the_replaced_rating(user: User) -> None:
    product_id = added()
    for rating in (4, 2):
        sent("rate-product", actor=Actor.of(user), product_id=product_id, rating=rating)
    assert events_of(product_id)[1:] == [
        ProductRated(user_id=user.pk, rating=4, previous_rating=None),
        ProductRated(user_id=user.pk, rating=2, previous_rating=4),
    ]
