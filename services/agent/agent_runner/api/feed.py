"""Tells whoever follows `/api/v1/stream` what changes."""

from typing import cast

from kit.jsontypes import Json, JsonObject
from kit.web.sse import Broadcast

from agent_runner.api.views import ApprovalView, RunSummary
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
        view = cast("JsonObject", ApprovalView.of(approval).model_dump(mode="json"))
        self.broadcast.publish("approvals", {"action": action, "id": approval.id, "approval": view})

    def health(self, component: JsonObject) -> None:
        """Topic `health`: one component that changed."""
        self.broadcast.publish("health", component)

    def models(self) -> None:
        """Topic `models`: the list of models changed."""
        self.broadcast.publish("models", {"action": "updated"})

    def mcp(self, server: str) -> None:
        """Topic `mcp`: a server, its state or its tools changed, or it came or went."""
        self.broadcast.publish("mcp", {"action": "updated", "id": server})
