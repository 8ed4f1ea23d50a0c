"""What can be wrong with a request, as problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Fault = tuple[str, str]  # the path of a field, and what is wrong with it


class Problem(Exception):  # noqa: N818 - the standard's name for it
    """An answer that is no success. `kind` is a stable word for programs, `detail` is for people."""

    status = 400
    kind = "bad-request"
    title = "The request cannot be read"

    def __init__(
        self, detail: str = "", faults: Iterable[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "type": f"urn:csms:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail or None,
            "errors": [{"field": field, "problem": problem} for field, problem in self.faults] or None,
        }


class Unauthorized(Problem):
    """Nobody is signed in."""

    status, kind, title = 401, "unauthorized", "Sign in first"


class Forbidden(Problem):
    """The caller's groups do not have the right."""

    status, kind, title = 403, "forbidden", "Your groups do not have the right to do this"


class NotFound(Problem):
    """There is no such thing, or no such path."""

    status, kind, title = 404, "not-found", "There is no such thing"


class MethodNotAllowed(Problem):
    """The path exists, but not with this method."""

    status, kind, title = 405, "method-not-allowed", "This method is not offered here"


class Conflict(Problem):
    """What is asked does not go together with what there is."""

    status, kind, title = 409, "conflict", "This does not go together with what there is"


class TooLarge(Problem):
    """The body is larger than anything that could be meant."""

    status, kind, title = 413, "too-large", "The body is too large"


class Invalid(Problem):
    """The request can be read, but not be meant; `faults` name the fields."""

    status, kind, title = 422, "invalid", "Some of what was sent is not valid"


class PartnerUnusable(Problem):
    """A partner's system did not do its part."""

    status, kind, title = 502, "partner-unusable", "The partner's system did not do its part"


class Unavailable(Problem):
    """The storage is busy for the moment; nothing was done."""

    status, kind, title = 503, "unavailable", "The service is not available for the moment"


class Unexpected(Problem):
    """A fault of ours. No details leave."""

    status, kind, title = 500, "unexpected", "Something went wrong on our side"
