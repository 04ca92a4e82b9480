"""The addresses of the commands, below /api/v1/."""

from django.urls import include, path

from products_write.api.views import CommandListView, CommandStatusView, CommandView, UnknownCommandView
from products_write.commands import COMMANDS

_COMMANDS = [
    path("", CommandListView.as_view(), name="commands"),
    *(
        path(f"{name}/", CommandView.as_view(command_type=command_type), name=f"command-{name}")
        for name, command_type in COMMANDS.items()
    ),
    path("<uuid:command_id>/", CommandStatusView.as_view(), name="command-status"),
    path("<str:name>/", UnknownCommandView.as_view(), name="unknown-command"),
]

urlpatterns = [path("commands/", include(_COMMANDS))]
