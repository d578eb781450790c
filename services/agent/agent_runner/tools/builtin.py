"""The tools that are always there."""

from collections.abc import Sequence

from kit.clock import Clock

from agent_runner.core.ports import Tool
from agent_runner.tools.fetch import Fetcher, fetch_tool
from agent_runner.tools.files import file_tools
from agent_runner.tools.now import current_time_tool
from agent_runner.tools.results import ResultReader, read_result_tool
from agent_runner.tools.workspace import Workspace


def builtin_tools(workspace: Workspace, fetcher: Fetcher, results: ResultReader, clock: Clock) -> Sequence[Tool]:
    """All built-in tools, in the order in which they are shown."""
    return [*file_tools(workspace), fetch_tool(fetcher), current_time_tool(clock), read_result_tool(results)]
