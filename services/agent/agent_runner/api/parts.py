"""What the routers are given: the parts that `app` has built."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from kit.database import Database

from agent_runner.api.feed import Feed
from agent_runner.api.once import Once
from agent_runner.health.board import HealthBoard
from agent_runner.mcp_manager.manager import McpManager
from agent_runner.mcp_manager.sign_in import SignIns
from agent_runner.models.registry import ModelRegistry
from agent_runner.runs.approvals import Approvals
from agent_runner.runs.archive import Archive
from agent_runner.runs.direct_calls import DirectCalls
from agent_runner.runs.ledger import Ledger
from agent_runner.runs.manager import RunManager
from agent_runner.runs.permissions import Permissions
from agent_runner.runs.results import ResultStore
from agent_runner.tools.registry import ToolRegistry
from agent_runner.tools.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that a request may need."""

    database: Database
    runs: RunManager
    archive: Archive
    approvals: Approvals
    permissions: Permissions
    models: ModelRegistry
    tools: ToolRegistry
    direct_calls: DirectCalls
    ledger: Ledger
    results: ResultStore
    mcp: McpManager
    sign_ins: SignIns
    workspace: Workspace
    health: HealthBoard
    feed: Feed
    once: Once


def _parts(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


PartsOf = Annotated[Parts, Depends(_parts)]
