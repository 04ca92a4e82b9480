"""The one base of all refusals of this service, and the refusals that belong to neither side."""

from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, NamedTuple


class FieldFault(NamedTuple):
    """One fault of one input field. `field` is the name that the client sent; it is empty for the input as a whole."""

    field: str
    code: str
    detail: str


class ServiceError(Exception):
    """A refusal with a stable `code`. kernel.problem_documents has the HTTP status of each code.

    `detail` tells a person what is wrong and what to do. `members` are further members of the problem document. If
    `retry_after` is known, the same request may succeed after that many seconds.
    """

    code: ClassVar[str] = "internal"
    retry_after: int | None = None
    default_detail: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, detail: str = "", **members: object) -> None:
        self.detail = detail or self.default_detail
        self.members = members
        super().__init__(self.detail)


class Invalid(ServiceError):
    """The input cannot be understood, or it breaks a stated limit. `faults` holds everything that is wrong."""

    code = "invalid"

    def __init__(self, faults: Sequence[FieldFault], detail: str = "") -> None:
        self.faults = list(faults)
        super().__init__(detail or _summary(self.faults))


class FaultCollector:
    """Collects the faults of several readings, so that the client gets all of them in one response.

    Each reading has a `with` block of its own. Invalid ends its block, and the next block still runs. A name that a
    block assigns can therefore be unassigned until `refuse_if_any` has returned.
    """

    def __init__(self) -> None:
        self._found: list[FieldFault] = []

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Invalid):
            self._found += error.faults
        return isinstance(error, Invalid)

    def refuse_if_any(self) -> None:
        """Raises Invalid with all the faults found. Does nothing if there are none."""
        if self._found:
            raise Invalid(self._found)


class NotAuthenticated(ServiceError):
    code = "not_authenticated"
    default_detail = "Sign in, or send 'Authorization: Token <key>'."


class PermissionDenied(ServiceError):
    code = "permission_denied"
    default_detail = "Your account does not have the permission for this. Ask an administrator for it."


class NotFound(ServiceError):
    code = "not_found"
    default_detail = "There is nothing at this address. Check how it is written."


class PayloadTooLarge(ServiceError):
    code = "payload_too_large"
    default_detail = "The body is larger than 256 KiB. Send a smaller one."


class UnsupportedMediaType(ServiceError):
    code = "unsupported_media_type"
    default_detail = "The media type of the body is not supported. Send the body as application/json."


class Throttled(ServiceError):
    """The client sent too many requests. `retry_after` is in seconds."""

    code = "throttled"
    default_detail = "You sent too many requests. Wait for the seconds in Retry-After, then try again."

    def __init__(self, detail: str = "", *, retry_after: int, **members: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **members)


class Unavailable(ServiceError):
    """Nothing was done. After `retry_after` seconds, the same request may succeed."""

    code = "unavailable"
    default_detail = "The service cannot do this right now. Nothing was done. Try again."

    def __init__(self, detail: str = "", *, retry_after: int = 1, **members: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **members)


class Stale(Unavailable):
    """The client prefers no response to a response without its own write."""

    code = "stale"
    default_detail = (
        "The version of your Consistency-Token cannot be read yet. Try again, or leave out handling=strict."
    )


def _summary(faults: Sequence[FieldFault]) -> str:
    if len(faults) == 1:
        field, _, detail = faults[0]
        return f"{field}: {detail}" if field else detail
    return f"The input has {len(faults)} faults: see 'errors'."
