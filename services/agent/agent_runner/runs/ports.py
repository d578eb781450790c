"""What runs need from the outside: someone who tells the world, and someone who keeps count."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

from agent_runner.core.types import Delta
from agent_runner.storage.records import ApprovalRecord, RunRecord

Action: TypeAlias = Literal["created", "updated", "deleted"]
Listener: TypeAlias = Callable[[int, Delta], None]
"""Gets the words of a run as they come, with the index of their step, before and without the journal."""


class Announcer(Protocol):
    """Tells whoever follows all that changes."""

    def run(self, action: Action, run_id: str, run: RunRecord | None) -> None:
        """A run was made, changed, or deleted (then without the run)."""
        ...

    def approval(self, action: Action, approval: ApprovalRecord) -> None:
        """A question was asked or settled."""
        ...
