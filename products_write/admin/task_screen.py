"""The screen that sends one command about one product. The operator is the sender."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from kernel.actor import Actor
from kernel.errors import Invalid, ServiceError
from kernel.problem_documents import status_of
from products_write.admin.task_forms import form_of
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope
from products_write.commands import Command
from products_write.commands.definition.form_payload import form_payload
from products_write.models import Product

KEY = "idempotency_key"
"""The hidden field with the id of the command. A form that is sent twice takes effect once."""


@dataclass(frozen=True)
class TaskScreen:
    """A command as a screen. `done` makes the message of success from the product as it is after the command."""

    command_type: type[Command]
    title: str
    done: Callable[[Product], str]

    @property
    def slug(self) -> str:
        return self.command_type.slug

    @property
    def url_name(self) -> str:
        return f"products_write_product_{self.slug.replace('-', '_')}"

    @property
    def admin_url_name(self) -> str:
        return f"admin:{self.url_name}"

    @cached_property
    def form_type(self) -> type[forms.Form]:
        return form_of(self.command_type, without="product_id")

    def is_allowed(self, user: Any) -> bool:
        """Whether `user` has the permission of the command."""
        permission = self.command_type.permission
        return permission is None or user.has_perm(permission)

    def view(self, site: AdminSite) -> Callable[..., HttpResponse]:
        """The view of this task on `site`: GET shows the form, and POST sends the command."""

        @require_http_methods(["GET", "HEAD", "POST"])
        def task(request: HttpRequest, product_id: int) -> HttpResponse:
            if not self.is_allowed(request.user):
                raise PermissionDenied(
                    f"You need the permission {self.command_type.permission} for this task."
                )
            product = Product.objects.filter(id=product_id).first()
            if product is None:
                raise Http404
            page = TaskPage(self, site, request, product)
            return page.sent() if request.method == "POST" else page.shown()

        return task


@dataclass(frozen=True)
class TaskPage:
    """One request to a task screen."""

    screen: TaskScreen
    site: AdminSite
    request: HttpRequest
    product: Product

    def sent(self) -> HttpResponse:
        """Sends the command. Success leads back to the product; a refusal shows the form again."""
        try:
            key = _key_of(self.request)
            dispatch.send(
                Envelope.of(
                    self.screen.slug,
                    self._payload(),
                    actor=Actor.of(self.request.user),
                    command_id=key,
                    lax=True,
                )
            )
        except ServiceError as refusal:
            return self.shown(refusal)
        product = Product.objects.get(id=self.product.id)
        messages.success(self.request, self.screen.done(product))
        return HttpResponseRedirect(reverse("admin:products_write_product_change", args=[product.id]))

    def shown(self, refusal: ServiceError | None = None) -> HttpResponse:
        """The page with the form. After a refusal it has the typed values and the faults."""
        form = self.screen.form_type(initial=self.request.POST.dict())
        faults = (
            {fault.field: fault.detail for fault in refusal.faults} if isinstance(refusal, Invalid) else {}
        )
        context = self.site.each_context(self.request) | {
            "title": self.screen.title,
            "subtitle": str(self.product),
            "opts": Product._meta,
            "product": self.product,
            "description": self.screen.command_type.__doc__,
            "rows": [(bound, faults.pop(bound.name, None)) for bound in form],
            "refusal": refusal,
            "other_faults": faults,
            "key_name": KEY,
            "key": uuid.uuid4(),
        }
        status = 200 if refusal is None else status_of(refusal)
        return render(self.request, "products_write/task_screen.html", context, status=status)

    def _payload(self) -> dict[str, object]:
        """The payload with the product of the address. If the form names a product too, validation refuses the pair."""
        posted = self.request.POST.copy()
        posted.pop(KEY, None)
        posted.appendlist("product_id", str(self.product.id))
        return form_payload(self.screen.command_type, dict(posted.lists()))


def _key_of(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get(KEY, ""))
    except ValueError:
        raise Invalid([], "The form is incomplete; fill it in again.") from None
