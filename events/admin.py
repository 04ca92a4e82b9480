"""Admin pages of the log and of the state of its projections. They only show."""

from django.contrib import admin

from events.models import Checkpoint, Divergence, Event, ParkedKey, SkippedEvent, Snapshot
from kernel.read_only_admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("position", "type", "product_id", "version", "recorded_at", "effective_at")
    list_filter = ("type",)
    fields = (
        *("position", "event_id", "type", "schema_version", "product_id", "version"),
        *("recorded_at", "effective_at", "data", "metadata"),
    )
    readonly_fields = ("position",)  # a form has no field for an automatic key
    search_fields = ("=product_id", "=event_id")
    search_help_text = "A product's id or an event's id"
    ordering = ("-position",)


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = (
        "projection",
        "partition",
        "partitions",
        "position",
        "projection_version",
        "halted",
        "moved_at",
    )
    list_filter = ("projection",)


@admin.register(ParkedKey)
class ParkedKeyAdmin(ReadOnlyAdmin):
    list_display = ("projection", "product_id", "kind", "version", "error", "attempts", "parked_at")
    list_filter = ("projection", "kind")
    search_fields = ("=product_id",)


@admin.register(SkippedEvent)
class SkippedEventAdmin(ReadOnlyAdmin):
    list_display = ("projection", "product_id", "version", "reason", "skipped_at")
    list_filter = ("projection",)
    search_fields = ("=product_id",)


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ("projection", "projection_version", "product_id", "version", "recorded_at")
    list_filter = ("projection",)
    search_fields = ("=product_id",)


@admin.register(Divergence)
class DivergenceAdmin(ReadOnlyAdmin):
    list_display = ("where", "product_id", "field", "expected", "found", "found_at")
    list_filter = ("where",)
    search_fields = ("=product_id",)
