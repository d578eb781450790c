"""Why a connection failed, in words that help, from the exceptions and other traces that it leaves."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import httpx2
from mcp.client.auth.exceptions import OAuthFlowError
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, INTERNAL_ERROR, INVALID_REQUEST
from pydantic import ValidationError

from agent_runner.mcp_manager.errors import ConnectFailedError
from agent_runner.mcp_manager.ports import SignInRequiredError
from agent_runner.mcp_manager.processes import NotStartedError
from agent_runner.mcp_manager.secrets import UnresolvedError
from agent_runner.mcp_manager.stdio import StreamBrokenError

UNAUTHORIZED = 401
_MAYBE_TRANSPORT = frozenset({CONNECTION_CLOSED, INTERNAL_ERROR, INVALID_REQUEST})
_CLOSED = ("Connection closed", "SSE stream", "Session terminated")
_TELLING = (SignInRequiredError, UnresolvedError, StreamBrokenError, NotStartedError, httpx2.HTTPError, OAuthFlowError)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known besides the exception: the last HTTP status, the exit code and last words of a process."""

    status: int | None
    exit_code: int | None
    last_words: str | None
    redact: Callable[[str], str]


def failure_of(error: Exception | None, evidence: Evidence) -> Exception:
    """What the caller gets: `SignInRequiredError` and `UnresolvedError` as they are, else `ConnectFailedError`."""
    leaves = list(_leaves(error)) if error else []
    leaf = next((one for one in leaves if isinstance(one, _TELLING)), leaves[0] if leaves else None)
    if isinstance(leaf, SignInRequiredError | UnresolvedError):
        return leaf
    if evidence.status == UNAUTHORIZED:
        return SignInRequiredError("the server asks for a sign-in (HTTP 401)")
    return ConnectFailedError(evidence.redact(_words(leaf, evidence)))


def is_about_sign_in(error: Exception) -> bool:
    """Did authentication fail, or need a person?"""
    return any(isinstance(leaf, SignInRequiredError | OAuthFlowError) for leaf in _leaves(error))


def is_lost(error: MCPError, status: int | None) -> bool:
    """Is this the transport's failure, and no answer of the server?

    The SDK turns what HTTP says into errors of the protocol, and servers make up errors with the same numbers.
    """
    if error.code not in _MAYBE_TRANSPORT:
        return False
    return error.message.startswith(_CLOSED) or (status is not None and status >= 400)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        for inner in group.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _words(leaf: BaseException | None, evidence: Evidence) -> str:
    match leaf:
        case NotStartedError() | StreamBrokenError() | OAuthFlowError():
            return str(leaf)
        case httpx2.HTTPError():
            return f"it cannot be reached: {leaf or type(leaf).__name__}"
        case ValidationError():
            return f"it does not keep to the protocol: {leaf.error_count()} wrong fields in an answer"
        case MCPError() if not is_lost(leaf, evidence.status):
            return f"it refuses: {leaf.message}"
        case None | MCPError():
            return _end_of_connection(evidence)
        case _:
            return f"{type(leaf).__name__}: {leaf}"


def _end_of_connection(evidence: Evidence) -> str:
    if evidence.exit_code is not None or evidence.last_words:
        return _end_of_process(evidence)
    status = evidence.status
    return f"it answers HTTP {status}" if status is not None and status >= 400 else "the connection ended"


def _end_of_process(evidence: Evidence) -> str:
    code = evidence.exit_code
    if code is None:
        how = "its output ended"
    elif code < 0:
        how = f"its process was ended by {signal.Signals(-code).name}"
    else:
        how = f"its process ended with exit code {code}"
    return f"{how}; last words: {evidence.last_words}" if evidence.last_words else how
