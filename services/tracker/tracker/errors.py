"""What can go wrong, as callers see it."""

from kit.problems import BadRequest, NotFound, Problem, TooLarge


class UnreadableBody(BadRequest):
    """The body of an ingest request cannot be parsed at all; nothing of it was kept."""

    code = "unreadable_body"


class TooManyEvents(TooLarge):
    """More events in one request than are taken at a time."""

    code = "too_many_events"


class UnsupportedMediaType(Problem):
    """A Content-Type or Content-Encoding that ingest does not know."""

    status = 415
    code = "unsupported_media_type"


class IssueNotFound(NotFound):
    """No issue has this id."""

    code = "issue_not_found"


class ComponentNotFound(NotFound):
    """Nothing was ever reported under this name."""

    code = "component_not_found"
