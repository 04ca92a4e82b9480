"""The use cases of the write side: each module defines one command and its handler, and is found by itself."""

from kernel.discovery import import_modules
from products_write.commands.definition.base import Command, CommandResult, commands_in

COMMAND_MODULES = import_modules(__name__, __path__)
"""The modules of the commands in the order of their names. products_write.checks says what one of them lacks."""

COMMANDS: dict[str, type[Command]] = {
    command.slug: command for module in COMMAND_MODULES for command in commands_in(module)
}
"""Every command by its slug, the name in its address. The order is that of COMMAND_MODULES."""

__all__ = ["COMMANDS", "COMMAND_MODULES", "Command", "CommandResult"]
