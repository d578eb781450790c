"""Try a definition out before it is kept."""

import time

from agent_runner.mcp_manager.connection import Connection
from agent_runner.mcp_manager.context import Context
from agent_runner.mcp_manager.errors import ConnectFailedError
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.secrets import UnresolvedError
from agent_runner.mcp_manager.server import CONNECT_S
from agent_runner.mcp_manager.types import ServerSpec, TestReport


async def try_out(spec: ServerSpec, context: Context) -> TestReport:
    """Connect, list and disconnect; says how that went."""
    connection = Connection(spec, context, lambda: None)
    began = time.perf_counter()
    error: Exception | None = None
    try:
        await connection.open(CONNECT_S)
    except (ConnectFailedError, SignInRequiredError, UnresolvedError) as failed:
        error = failed
    duration_ms = (time.perf_counter() - began) * 1000
    log = context.log.lines()
    if error is not None:
        needs_sign_in = isinstance(error, SignInRequiredError)
        return TestReport(ok=False, duration_ms=duration_ms, error=str(error), needs_sign_in=needs_sign_in, log=log)
    report = _good(connection, duration_ms, context)
    await connection.close()
    return report


def _good(connection: Connection, duration_ms: float, context: Context) -> TestReport:
    info = connection.client.server_info
    return TestReport(
        ok=True,
        duration_ms=duration_ms,
        protocol_version=connection.client.protocol_version,
        server_name=info.name if info else None,
        tools=connection.catalogue.tools,
        refused=connection.catalogue.refused,
        log=context.log.lines(),
    )
