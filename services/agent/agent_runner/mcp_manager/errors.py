"""What can go wrong for whoever uses an MCP server. Each is a problem with a status and a stable code."""

from kit.problems import BadRequest, Conflict, Invalid, NotFound, Problem, Unavailable


class ServerNotFound(NotFound):
    """No server has this name."""

    code = "mcp_server_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no MCP server {name!r}; GET /api/v1/mcp/servers lists them")


class ServerExists(Conflict):
    """The name is taken."""

    code = "mcp_server_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is already an MCP server {name!r}; change it, or choose another name")


class ServerFromFile(Conflict):
    """The definition comes from the configuration file: it is changed and removed there."""

    code = "mcp_server_from_file"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is defined in the MCP configuration file; change it there and restart the agent")


class InvalidServer(Invalid):
    """The definition cannot work; the detail names the field."""

    code = "mcp_server_invalid"


class NotDone(Problem):
    """Base of what a call can end with when it surely changed nothing, or was allowed to."""

    status = 502
    code = "mcp_failed"


class ServerDisabled(Conflict):
    """A person switched the server off."""

    code = "mcp_server_disabled"

    def __init__(self, name: str) -> None:
        super().__init__(f"MCP server {name!r} is switched off; enable it first")


class ServerUnavailable(Unavailable):
    """The server cannot be reached now: it is failing, or its breaker is open. Nothing was sent."""

    code = "mcp_server_unavailable"


class NeedsSignIn(Conflict):
    """A person must sign in to the server first."""

    code = "mcp_needs_sign_in"

    def __init__(self, name: str) -> None:
        super().__init__(f"MCP server {name!r} needs you to sign in; start it on the page, or POST its /auth")


class SignInUnknown(BadRequest):
    """No sign-in under way has this state: it was used, is too old, or somebody made it up."""

    code = "mcp_sign_in_unknown"

    def __init__(self) -> None:
        super().__init__("this sign-in was finished already, is older than 10 minutes, or never was; start it again")


class SignInDenied(Conflict):
    """The authorization server, or the person there, said no."""

    code = "mcp_sign_in_denied"

    def __init__(self, name: str, error: str) -> None:
        super().__init__(f"the sign-in to MCP server {name!r} was refused: {error}")


class SignInFailed(Problem):
    """Something on the way to a token failed; the detail says what, and holds no secret."""

    status = 502
    code = "mcp_sign_in_failed"


class ToolNotFound(NotFound):
    """The server does not list this tool."""

    code = "mcp_tool_not_found"

    def __init__(self, server: str, tool: str) -> None:
        super().__init__(f"MCP server {server!r} has no tool {tool!r}")


class CallRefused(NotDone):
    """The server answered with an error of the protocol, such as bad arguments. It is well."""

    code = "mcp_call_refused"


class BadResult(Problem):
    """The server did what it was asked, as far as is known, but its answer cannot be used."""

    status = 502
    code = "mcp_bad_result"


class CallFailed(NotDone):
    """The connection failed under a call that changes nothing."""

    code = "mcp_call_failed"


class CallTimedOut(NotDone):
    """A call that changes nothing took too long, and was cancelled."""

    status = 504
    code = "mcp_call_timeout"


class OutcomeUnknown(Problem):
    """The connection failed, or time ran out, after a call was sent that may have changed something.

    It was not sent again. Whether it happened is for a person to find out.
    """

    status = 504
    code = "mcp_outcome_unknown"


class ConnectFailedError(Exception):
    """A server cannot be connected, or the connection was lost; the message says why, and holds no secret."""


class LostError(Exception):
    """The connection failed under a request; the message says why. What became of the request is not known."""
