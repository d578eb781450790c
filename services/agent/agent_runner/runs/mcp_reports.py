"""What the MCP manager has to tell: to whoever follows what changes, and to the tracker."""

from collections.abc import Callable

import structlog
from kit.report import Reporter

from agent_runner.mcp_manager.types import Trouble

MCP = "agent.mcp"


class McpReports:
    """The MCP manager's `Listener`; `tell` is told the name of a server that changed."""

    def __init__(self, reporter: Reporter, tell: Callable[[str], None]) -> None:
        self._reporter = reporter
        self._tell = tell

    def changed(self, name: str) -> None:
        """See `Listener`."""
        self._tell(name)

    def trouble(self, trouble: Trouble) -> None:
        """An issue for the tracker, of this server and the run that it happened in."""
        caller = trouble.caller
        context = {"server": trouble.server, "tool": trouble.tool, "code": trouble.code}
        if caller is not None:
            context |= {"run_id": caller.run_id, "session_id": caller.session_id, "request_id": caller.request_id}
        subject = f"{trouble.server}/{trouble.tool}" if trouble.tool else trouble.server
        # what is reported has the request's id at its head: the owner of a server works for no request by itself
        with structlog.contextvars.bound_contextvars(request_id=caller.request_id if caller else None):
            self._reporter.error(
                "mcp_error",
                f"{subject}: {trouble.code}: {trouble.detail}",
                component=MCP,
                context={key: value for key, value in context.items() if value is not None},
            )
