"""Tells whoever follows `/api/v1/stream` what changes."""

from typing import cast

from kit.jsontypes import Json, JsonObject
from kit.web.sse import Broadcast

from agent_runner.api.mcp.views import ServerChange
from agent_runner.api.views import ApprovalView, RunSummary
from agent_runner.mcp_manager.types import ServerState
from agent_runner.runs.ports import Action
from agent_runner.storage.records import ApprovalRecord, RunRecord


class Feed:
    """The announcer of all rooms: one topic each, on one broadcast."""

    def __init__(self) -> None:
        self.broadcast = Broadcast()

    def run(self, action: Action, run_id: str, run: RunRecord | None) -> None:
        """Topic `runs`."""
        data: dict[str, Json] = {"action": action, "id": run_id}
        if run is not None:
            data["run"] = cast("JsonObject", RunSummary.of(run).model_dump(mode="json"))
        self.broadcast.publish("runs", data)

    def approval(self, action: Action, approval: ApprovalRecord) -> None:
        """Topic `approvals`."""
        view = cast("JsonObject", ApprovalView.of(approval).model_dump(mode="json", by_alias=True))
        self.broadcast.publish("approvals", {"action": action, "id": approval.id, "approval": view})

    def health(self, component: JsonObject) -> None:
        """Topic `health`: one component that changed."""
        self.broadcast.publish("health", component)

    def mcp(self, name: str, state: ServerState | None) -> None:
        """Topic `mcp`: a server that changed; without a state it is gone."""
        self.broadcast.publish("mcp", cast("JsonObject", ServerChange.of(name, state).model_dump(mode="json")))

    def models(self) -> None:
        """Topic `models`: the list of models changed."""
        self.broadcast.publish("models", {"action": "updated"})
