"""What happens around every handler: a behaviour takes the envelope and what comes next. bus.py has the order."""

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
_FIRST_PAUSE = 0.01  # seconds; doubles with every attempt, and a random part of it is slept


def record_metrics(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Counts how commands end, wherever they come from."""
    counted, ended = envelope.command_type.slug, "failed"
    try:
        response = proceed(envelope)
        ended = "replayed" if response.replayed else "succeeded"
    except ServiceError as refusal:
        ended = refusal.code
        raise
    finally:
        COMMAND_COUNT.labels(counted, ended).inc()
    return response


def correlate_and_log(envelope: Envelope, proceed: Next) -> CommandResponse:
    """Every line inside names the command; its end is one line."""
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
    refuse_unless_permitted(envelope.command_type, envelope.actor)
    if _is_for_another(envelope) and not envelope.actor.may(FOR_OTHERS):
        raise PermissionDenied("Rating for another user needs the permission products_write.rate_for_others.")
    return proceed(envelope)


def refuse_unless_permitted(command_type: type[Command], actor: Actor) -> None:
    """Raises NotAuthenticated or PermissionDenied unless `actor` may send such commands."""
    if not actor.is_authenticated:
        raise NotAuthenticated
    if command_type.permission is not None and not actor.may(command_type.permission):
        raise PermissionDenied(f"This needs the permission {command_type.permission}.")


def _is_for_another(envelope: Envelope) -> bool:
    """Whether the payload, not yet validated, names a user other than the sender."""
    if not issubclass(envelope.command_type, RatingCommand) or "user_id" not in envelope.payload:
        return False
    named = envelope.payload["user_id"]
    return not (envelope.lax and named == "") and str(named) != str(envelope.actor.user_id)


def validate(envelope: Envelope, proceed: Next) -> CommandResponse:
    envelope.validated = parse_command(
        envelope.command_type, envelope.payload, envelope.actor, lax=envelope.lax
    )
    return proceed(envelope)


def parse_command(
    command_type: type[Command], payload: Mapping[str, object], actor: Actor, *, lax: bool = False
) -> Command:
    """The payload as a command. Raises Invalid with all the faults, those of the schema and those beyond it."""
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
    """Keeps the refusal of an understood command in the command log, in a transaction of its own."""
    try:
        return proceed(envelope)
    except (IdempotencyKeyReused, CommandInProgress):
        raise  # the key is another command's
    except ServiceError as refusal:
        if 404 <= status_of(refusal) < 500:
            _log_refusal(envelope, refusal)
        raise


def _log_refusal(envelope: Envelope, refusal: ServiceError) -> None:
    """The refusal stands whether or not it can be written down."""
    try:
        with transaction.atomic(using=write_alias(), durable=True):
            idempotency.log_refusal(envelope, refusal)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("refusal_not_logged", code=refusal.code, cause=str(error))


def in_transaction(envelope: Envelope, proceed: Next) -> CommandResponse:
    """One transaction (law 1). What undoes it in passing is tried again a few times; the rest is Unavailable."""
    pause = _FIRST_PAUSE
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(using=write_alias(), durable=True):
                return proceed(envelope)
        except (DatabaseError, InterfaceError) as error:
            if is_lost_connection(error) and (response := _answered_after_all(envelope)):
                return response
            if is_unavailability(error) and not is_passing(error):
                raise Unavailable from error
            if is_stale_plan(error):
                write_connection().close()
            elif not is_passing(error):
                raise
            logger.warning("command_retried", attempt=attempt, cause=str(error))
        time.sleep(random.uniform(0, pause))
        pause *= 2
    raise Unavailable("Others kept changing the same product. Nothing was done; try again.")


def _answered_after_all(envelope: Envelope) -> CommandResponse | None:
    """The answer, if the connection was lost on the way back from a COMMIT that had been carried out."""
    try:
        return idempotency.find_response(envelope)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("outcome_unknown", cause=str(error))
        raise Unavailable(
            "The database was lost as the command was being stored. Send it again with the same Idempotency-Key.",
            command_id=str(envelope.command_id),
        ) from error
