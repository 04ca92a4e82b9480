"""The behaviours around every handler: each gets the envelope and calls the next one.

bus.dispatch and queue.execution have their order.
"""

import random
import time
from collections.abc import Mapping

import structlog
from django.db import DatabaseError, InterfaceError, transaction

from kernel.actor import Actor
from kernel.correlation import correlated
from kernel.database.aliases import write_alias, write_connection
from kernel.database.failures import is_lost_connection, is_passing, is_stale_plan, is_unavailability
from kernel.errors import Invalid, NotAuthenticated, PermissionDenied, ServiceError, Unavailable
from kernel.metrics import COMMAND_COUNT
from kernel.problem_documents import status_of
from kernel.validation import validated as validated_against
from products_write.bus import idempotency
from products_write.bus.envelope import CommandResponse, Envelope, Next
from products_write.commands import Command
from products_write.commands.definition.introspection import faults_beyond_schema, faults_of
from products_write.commands.definition.rating import FOR_OTHERS, RatingCommand
from products_write.errors import CommandInProgress, IdempotencyKeyReused

logger = structlog.get_logger("products_write.behaviours")

ATTEMPTS = 5
_FIRST_PAUSE = 0.01  # seconds; the pause doubles with every attempt, and a random part of it is slept


def record_metrics(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Counts how commands end: succeeded, replayed, failed, or by the code of the refusal."""
    name, ended = envelope.command_type.slug, "failed"
    try:
        response = proceed(envelope)
        ended = "replayed" if response.replayed else "succeeded"
    except ServiceError as refusal:
        ended = refusal.code
        raise
    finally:
        COMMAND_COUNT.labels(name, ended).inc()
    return response


def correlate_and_log(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Puts the command into every log line inside, and logs its end in one line."""
    about = {"command": envelope.command_type.slug, "command_id": str(envelope.command_id)}
    started = time.perf_counter()
    with (
        correlated(envelope.correlation_id),
        structlog.contextvars.bound_contextvars(**about, actor=envelope.actor.label),
    ):
        try:
            response = proceed(envelope)
        except ServiceError as refusal:
            logger.info("command_refused", code=refusal.code, detail=refusal.detail, seconds=_since(started))
            raise
        except Exception:
            logger.exception("command_failed", seconds=_since(started))
            raise
        ended = _ENDED.get(response.status, "command_refused")
        logger.info(ended, status=response.status, replayed=response.replayed, seconds=_since(started))
        return response


_ENDED = {200: "command_succeeded", 201: "command_succeeded", 202: "command_accepted"}


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 4)


def authorise(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Raises NotAuthenticated or PermissionDenied unless the actor may send this command.

    This comes before validation, so a client reads 401 or 403 before any fault in the fields.
    """
    refuse_unless_permitted(envelope.command_type, envelope.actor)
    if _is_for_another(envelope) and not envelope.actor.may(FOR_OTHERS):
        raise PermissionDenied(
            f"The rating of another user needs the permission {FOR_OTHERS}. Leave out user_id for your own rating."
        )
    return proceed(envelope)


def refuse_unless_permitted(command_type: type[Command], actor: Actor) -> None:
    """Raises NotAuthenticated or PermissionDenied unless `actor` may send commands of this type."""
    if not actor.is_authenticated:
        raise NotAuthenticated
    if command_type.permission is not None and not actor.may(command_type.permission):
        raise PermissionDenied(f"You need the permission {command_type.permission} for this command.")


def _is_for_another(envelope: Envelope) -> bool:
    """Whether the payload names a user other than the sender. The payload is not validated yet.

    An empty `user_id` in a form means the sender.
    """
    if not issubclass(envelope.command_type, RatingCommand) or "user_id" not in envelope.payload:
        return False
    named = envelope.payload["user_id"]
    return not (envelope.lax and named == "") and str(named) != str(envelope.actor.user_id)


def validate(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Turns the payload into a command. Raises Invalid with all faults."""
    envelope.validated = parse_command(
        envelope.command_type, envelope.payload, envelope.actor, lax=envelope.lax
    )
    return proceed(envelope)


def parse_command(
    command_type: type[Command], payload: Mapping[str, object], actor: Actor, *, lax: bool = False
) -> Command:
    """The payload as a command. Raises Invalid with all faults, also those that the schema cannot express."""
    try:
        command = validated_against(command_type, payload, lax=lax)
    except Invalid as invalid:
        known = {fault.field for fault in invalid.faults}
        more = faults_beyond_schema(command_type, payload, lax=lax)
        raise Invalid([*invalid.faults, *(fault for fault in more if fault.field not in known)]) from None
    if faults := [*faults_of(command), *command.faults_from(actor)]:
        raise Invalid(faults)
    return command


def log_refusals(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Keeps the refusal of a valid command in the command log, in a transaction of its own."""
    try:
        return proceed(envelope)
    except (IdempotencyKeyReused, CommandInProgress):
        raise  # the record of this key belongs to another command
    except ServiceError as refusal:
        if 404 <= status_of(refusal) < 500:  # a decision about the command; 5xx only puts it off
            _log_refusal(envelope, refusal)
        raise


def _log_refusal(envelope: Envelope, refusal: ServiceError) -> None:
    """Logs the refusal if the database lets it. The client gets the refusal in any case."""
    try:
        with transaction.atomic(using=write_alias(), durable=True):
            idempotency.log_refusal(envelope, refusal)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("refusal_not_logged", code=refusal.code, cause=str(error))


def in_transaction(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Runs the rest in one transaction (law 1).

    A passing failure, such as a deadlock, is tried again up to ATTEMPTS times. Raises Unavailable when the database
    cannot be used, and when the last attempt fails.
    """
    pause = _FIRST_PAUSE
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(using=write_alias(), durable=True):
                return proceed(envelope)
        except (DatabaseError, InterfaceError) as error:
            if is_lost_connection(error) and (response := _committed_response(envelope)):
                return response
            if is_unavailability(error) and not is_passing(error):
                raise Unavailable from error
            if is_stale_plan(error):
                write_connection().close()  # a new connection makes new plans
            elif not is_passing(error):
                raise
            logger.warning("command_retried", attempt=attempt, cause=str(error))
        time.sleep(random.uniform(0, pause))
        pause *= 2
    raise Unavailable(
        "Other commands kept changing the same product. Nothing was done. Send the command again."
    )


def _committed_response(envelope: Envelope) -> CommandResponse | None:
    """The stored response, if the database did commit before the connection broke; None if it did not.

    Raises Unavailable while the database cannot tell.
    """
    try:
        return idempotency.find_response(envelope)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("outcome_unknown", cause=str(error))
        raise Unavailable(
            "The connection to the database broke while the command was stored, so it may have taken effect. Send it "
            f"again with the Idempotency-Key {envelope.command_id}: it takes effect only once.",
            command_id=str(envelope.command_id),
        ) from error
