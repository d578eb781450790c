"""Call a tool as the loop does: arguments held against its schema first."""

from agent_runner.core.arguments import Checker, parse_arguments
from agent_runner.core.ports import CallContext, Tool, ToolFailedError
from agent_runner.core.types import Failure

CONTEXT = CallContext("run_1", "call_1")
_checker = Checker()


async def use(tool: Tool | None, arguments: str) -> str | Failure:
    """What the tool says, or why it failed; `arguments` are JSON."""
    assert tool is not None
    try:
        given = parse_arguments(arguments)
        _checker.check(given, tool.spec.input_schema)
        return str(await tool.call(given, CONTEXT))
    except ToolFailedError as error:
        return error.failure
