"""The command log in the admin."""

from typing import Any

import msgspec
from django.contrib import admin
from django.http import HttpRequest

from kernel.read_only_admin import ReadOnlyAdmin
from products_write.models import CommandRecord


class CommandRecordAdmin(ReadOnlyAdmin):
    """The read-only list of commands with their senders and their responses."""

    list_display = ("received_at", "name", "actor_id", "product_id", "status", "http_status", "command_id")
    list_filter = ("status", "name")
    search_fields = ("=command_id", "=product_id", "=correlation_id")
    search_help_text = "Search by the id of a command, the id of a product, or a correlation id."
    ordering = ("-received_at",)
    exclude = ("body",)
    readonly_fields = ("answer",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("products_write.view_command")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) or super().has_module_permission(request)

    @admin.display(description="Response")
    def answer(self, record: CommandRecord) -> str:
        return msgspec.json.format(record.body, indent=2) if record.body else "-"
