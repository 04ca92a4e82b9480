"""The messages of the checks."""

from django.core.checks import Error


def error(number: int, message: str, hint: str, about: type) -> Error:
    """Returns the message events.E<number> about a class. `hint` says what to do."""
    place = f"{about.__module__}.{about.__qualname__}"
    return Error(message, hint=hint, obj=place, id=f"events.E{number:03}")
