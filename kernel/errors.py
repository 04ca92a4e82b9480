"""The one base of every refusal this service answers with, and the refusals that belong to neither side."""

from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, NamedTuple


class FieldFault(NamedTuple):
    """One thing wrong with one input field; `field` is the name as the client sent it."""

    field: str
    code: str
    detail: str


class ServiceError(Exception):
    """A refusal with a stable `code`; its HTTP status stands in boundary.responses.problems.

    `detail` tells a person what is wrong and what to do; `members` are further members of the problem document;
    after `retry_after` seconds, where it is known, the same request may succeed.
    """

    code: ClassVar[str] = "internal"
    retry_after: int | None = None
    default_detail: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, detail: str = "", **members: object) -> None:
        self.detail = detail or self.default_detail
        self.members = members
        super().__init__(self.detail)


class Invalid(ServiceError):
    """The input cannot be understood or breaks a stated limit; `faults` holds all of what is wrong."""

    code = "invalid"

    def __init__(self, faults: Sequence[FieldFault], detail: str = "") -> None:
        self.faults = list(faults)
        super().__init__(detail or _summary(self.faults))


class FaultCollector:
    """Collects the faults of several readings, each in a `with` block of its own, so that they come back together.

    A name that a block binds is bound only if `refuse_if_any` lets pass.
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
        """Raises Invalid with everything found."""
        if self._found:
            raise Invalid(self._found)


class NotAuthenticated(ServiceError):
    code = "not_authenticated"
    default_detail = "Sign in, or send 'Authorization: Token <key>'."


class PermissionDenied(ServiceError):
    code = "permission_denied"
    default_detail = "Your account lacks the permission for this."


class NotFound(ServiceError):
    code = "not_found"
    default_detail = "There is nothing at this address."


class PayloadTooLarge(ServiceError):
    code = "payload_too_large"
    default_detail = "The body is larger than 256 KiB; send less at once."


class UnsupportedMediaType(ServiceError):
    code = "unsupported_media_type"
    default_detail = "Send the body as application/json."


class Throttled(ServiceError):
    """Asked too often; `retry_after` is in seconds."""

    code = "throttled"
    default_detail = "You asked too often. Ask again later; Retry-After says when."

    def __init__(self, detail: str = "", *, retry_after: int, **members: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **members)


class Unavailable(ServiceError):
    """Nothing was done; the same request may succeed after `retry_after` seconds."""

    code = "unavailable"
    default_detail = "The service cannot do this right now. Nothing was done; try again."

    def __init__(self, detail: str = "", *, retry_after: int = 1, **members: object) -> None:
        self.retry_after = retry_after
        super().__init__(detail, **members)


class Stale(Unavailable):
    """The client would rather have no answer than one without its own write."""

    code = "stale"
    default_detail = "What your token stands for cannot be read yet. Ask again, or without handling=strict."


def _summary(faults: Sequence[FieldFault]) -> str:
    if len(faults) == 1:
        field, _, detail = faults[0]
        return f"{field}: {detail}" if field else detail
    return f"{len(faults)} faults in the input; see 'errors'."
