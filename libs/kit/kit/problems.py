"""Errors as types with a status and a stable code; the web layer turns them into problem details (RFC 9457)."""

from collections.abc import Mapping
from typing import ClassVar


class Problem(Exception):
    """Base of every error that a caller may see.

    Subclasses set `status` and `code`. `detail` says what was wrong and how to mend it, in one or two sentences.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})


class BadRequest(Problem):
    """The request cannot be understood."""

    status = 400
    code = "bad_request"


class BadCursor(BadRequest):
    """A page cursor that this list did not give out."""

    code = "bad_cursor"


class Unauthorized(Problem):
    """No credentials, or wrong ones."""

    status = 401
    code = "unauthorized"


class Forbidden(Problem):
    """The caller is known, and may not do this."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """There is no such thing."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """What is asked does not fit the present state."""

    status = 409
    code = "conflict"


class TooLarge(Problem):
    """A body or file over its limit."""

    status = 413
    code = "too_large"


class Invalid(Problem):
    """Understood, but a value is not allowed."""

    status = 422
    code = "invalid"


class Overloaded(Problem):
    """A bounded queue is full; nothing of this request was kept."""

    status = 429
    code = "overloaded"

    def __init__(self, detail: str, *, retry_after_s: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


class Unavailable(Problem):
    """Something this service needs is not there just now; the same request may succeed later."""

    status = 503
    code = "unavailable"

    def __init__(self, detail: str, *, retry_after_s: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_s)})


class StorageUnavailable(Unavailable):
    """The database cannot be written or read: disk full, locked, gone."""

    code = "storage_unavailable"
