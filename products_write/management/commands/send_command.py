"""Sends one command from the command line."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from boundary.requests.json_body import parse
from events.management.arguments import whole_number
from kernel.actor import SYSTEM, Actor
from kernel.correlation import new_correlation_id
from kernel.errors import FieldFault, Invalid, ServiceError
from kernel.problem_documents import problem_document
from products_write.bus.dispatch import accept, send
from products_write.bus.envelope import Envelope
from products_write.commands import COMMANDS


class Command(BaseCommand):
    help = (
        "Send a command and print the body of the response, as over HTTP. Exit status: 0 the command succeeded, "
        "1 it was refused (the problem is printed), 2 wrong use."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(COMMANDS), metavar="NAME", help=", ".join(COMMANDS))
        parser.add_argument(
            "body",
            metavar="JSON",
            help=f"the fields of the command, as in '{json.dumps(COMMANDS['rate-product'].example)}'",
        )
        parser.add_argument(
            "--actor", metavar="USER", help="the username of the sender (default: the system)"
        )
        parser.add_argument(
            "--id", type=UUID, metavar="UUID", help="the idempotency key (default: a new one)"
        )
        parser.add_argument(
            "--expected-version",
            type=whole_number,
            metavar="N",
            help="the version of the product that you saw: refuse if a later event conflicts",
        )
        parser.add_argument(
            "--async",
            action="store_true",
            dest="later",
            help="leave the command to a worker, and print its pending status",
        )

    def handle(self, *args: Any, name: str, body: str, actor: str | None, **options: Any) -> None:
        if COMMANDS[name].creates and options["expected_version"] is not None:
            raise CommandError(
                f"{name} makes a new product, which has no version yet. Leave out --expected-version.",
                returncode=2,
            )
        sender = SYSTEM if actor is None else _actor(actor)
        correlation_id = new_correlation_id()
        try:
            envelope = Envelope.of(
                name,
                _fields(body),
                actor=sender,
                command_id=options["id"],
                expected_version=options["expected_version"],
                correlation_id=correlation_id,
            )
            response = accept(envelope) if options["later"] else send(envelope)
        except ServiceError as refusal:
            self.stdout.write(msgspec.json.encode(problem_document(refusal, correlation_id)).decode())
            raise SystemExit(1) from None
        self.stdout.write(response.body.decode())
        if response.status >= 400:
            raise SystemExit(1)


def _actor(username: str) -> Actor:
    users = get_user_model()._default_manager
    user = users.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username!r}. Check --actor.", returncode=2)
    return Actor.of(user)


def _fields(body: str) -> dict[str, object]:
    fields = parse(body.encode(errors="surrogatepass"))
    if not isinstance(fields, dict):
        raise Invalid(
            [FieldFault("", "malformed", 'Give the fields as a JSON object, as in {"product_id": 7}.')]
        )
    return fields
