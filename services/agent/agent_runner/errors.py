"""What can go wrong for a caller of the agent. Each is a problem with a status and a stable code."""

from kit.problems import Conflict, Invalid, NotFound


class RunNotFound(NotFound):
    """No run has this id."""

    code = "run_not_found"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"there is no run {run_id!r}; GET /api/v1/runs lists them")


class RunActive(Conflict):
    """The run is still under way."""

    code = "run_active"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} is still under way; cancel it first")


class RunEnded(Conflict):
    """The run has ended: there is nothing to cancel."""

    code = "run_ended"

    def __init__(self, run_id: str, status: str) -> None:
        super().__init__(f"run {run_id} has already ended: {status}")


class SessionNotFound(NotFound):
    """No conversation has this id."""

    code = "session_not_found"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"there is no session {session_id!r}; GET /api/v1/sessions lists them")


class SessionActive(Conflict):
    """A run of the conversation is still under way."""

    code = "session_active"

    def __init__(self, session_id: str) -> None:
        super().__init__(f"a run of session {session_id} is still under way; cancel it first")


class ApprovalNotFound(NotFound):
    """No approval has this id."""

    code = "approval_not_found"

    def __init__(self, approval_id: str) -> None:
        super().__init__(f"there is no approval {approval_id!r}; GET /api/v1/approvals lists them")


class ApprovalDecided(Conflict):
    """A person has decided already, or nobody waits for it any more."""

    code = "approval_decided"

    def __init__(self, approval_id: str, status: str) -> None:
        super().__init__(f"approval {approval_id} is already {status}; a decision is taken once")


class PermissionNotFound(NotFound):
    """No permission rule has this id."""

    code = "permission_not_found"

    def __init__(self, rule_id: str) -> None:
        super().__init__(f"there is no permission {rule_id!r}; GET /api/v1/permissions lists them")


class UnknownTools(Invalid):
    """A run asks for tools that do not exist."""

    code = "unknown_tool"


class IdempotencyMismatch(Conflict):
    """The key was used before, with another body."""

    code = "idempotency_mismatch"

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used with another body; make a new key for a new request")


class InProgress(Conflict):
    """The first request with this key is still being answered."""

    code = "in_progress"

    def __init__(self) -> None:
        super().__init__("the first request with this Idempotency-Key is still being answered; ask again shortly")
