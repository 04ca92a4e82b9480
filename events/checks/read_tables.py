"""Migrations of read tables, as the code of the release before meets them.

That code still runs while a migration is deployed. It writes the columns that it knows, and no others.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Error
from django.db.migrations import AddField, AlterField, CreateModel, RemoveField, RenameField
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, Model

from events.checks.messages import error
from events.projections.base import registered_projections


def check_defaults() -> list[CheckMessage]:
    """E009: a column has a default in the database and none in Python, so a fold begins with a placeholder."""
    return [
        error(
            9,
            f"{projection.model.__name__}.{field.name} has db_default and no default, so every write of a row fails.",
            "Give the field the same value as default too. A fold begins with it.",
            projection.model,
        )
        for projection in registered_projections().values()
        for field in projection.model._meta.concrete_fields
        if field.has_db_default() and not field.has_default()
    ]


def check_migrations() -> list[CheckMessage]:
    """E010 and E011: a migration changes a read table so that the code of the release before cannot write it."""
    models = {(model._meta.app_label, str(model._meta.model_name)): model for model in _read_models()}
    loader = MigrationLoader(None, ignore_no_migrations=True)  # without a connection it reads files alone
    return [
        _broken(change, model)
        for app_label in sorted({app_label for app_label, _ in models})
        for change in _changes_of(app_label, loader)
        if (model := models.get((app_label, change.model_name)))
    ]


class _Change(NamedTuple):
    """A change of a table after its creation that older code does not survive. `is_new` is false for a column lost."""

    migration: str
    model_name: str
    column: str
    is_new: bool


def _broken(change: _Change, model: type[Model]) -> Error:
    column = f"{model.__name__}.{change.column}"
    if change.is_new:
        return error(
            10,
            f"With the migration {change.migration}, {column} is NOT NULL and has no db_default.",
            "The code of the release before still runs and does not know the column. Its write fails, and it parks the "
            "product. Give the field db_default and default, also in the migration.",
            model,
        )
    return error(
        11,
        f"The migration {change.migration} takes {column} away while the code of the release before still runs.",
        "Every read and write of that code fails. Put the operation into SeparateDatabaseAndState(state_operations=…), "
        "and drop the column in a later release (see docs/schema-evolution.md).",
        model,
    )


def _changes_of(app_label: str, loader: MigrationLoader) -> list[_Change]:
    state = ProjectState()
    changes: list[_Change] = []
    for app, name in _in_order(loader, app_label):
        created: set[str] = set()
        for operation in loader.graph.nodes[app, name].operations:
            for step in _on_database(operation):
                if isinstance(step, CreateModel):
                    created.add(step.name_lower)
                elif app == app_label and (found := _change(step, state, app)) and found[0] not in created:
                    changes.append(_Change(f"{app}.{name}", *found))
            operation.state_forwards(app, state)
    return [change for change in changes if not _is_mended(change, state, app_label)]


def _is_mended(change: _Change, state: ProjectState, app_label: str) -> bool:
    """Whether a later migration has given the new column a default, made it nullable, or removed it."""
    model = state.models.get((app_label, change.model_name))
    column = None if model is None else model.fields.get(change.column)
    return change.is_new and (column is None or not _needs_value(column))


def _in_order(loader: MigrationLoader, app_label: str) -> list[tuple[str, str]]:
    ordered: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes(app_label):
        ordered |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return list(ordered)


def _on_database(operation: Operation) -> Iterator[Operation]:
    """The steps of the operation that change tables."""
    if isinstance(operation, SeparateDatabaseAndState):
        for part in operation.database_operations:
            yield from _on_database(part)
    else:
        yield operation


def _change(operation: Operation, state: ProjectState, app: str) -> tuple[str, str, bool] | None:
    """The model, the column and whether it is new, if the operation is one that older code does not survive."""
    match operation:
        case AddField():
            if _needs_value(operation.field):
                return operation.model_name_lower, operation.name, True
        case AlterField():
            before = state.models[app, operation.model_name_lower].fields.get(operation.name)
            if before is not None and before.null and _needs_value(operation.field):
                return operation.model_name_lower, operation.name, True
        case RemoveField():
            return operation.model_name_lower, operation.name, False
        case RenameField():
            return operation.model_name_lower, operation.old_name, False
    return None


def _needs_value(field: "Field[Any, Any]") -> bool:
    return not field.null and not field.has_db_default()


def _read_models() -> list[type[Model]]:
    return [
        model
        for projection in registered_projections().values()
        for model in (projection.model, *(child.model for child in projection.children))
    ]
