"""Events as clients send them."""

import uuid
from typing import Any

from kit.clock import rfc3339

TOKEN = "a-token-of-the-tests"
NOW = 1_795_392_000_000
"""2026-11-23T00:00:00.000Z"""


def error(**fields: Any) -> dict[str, Any]:
    """An error event with a new id."""
    given = {"kind": "api_error", "message": "boom", "component": "chat", **fields}
    return {"id": str(uuid.uuid4()), "type": "error", "ts": "2026-11-23T00:00:00.000Z", **given}


def interaction(**fields: Any) -> dict[str, Any]:
    """An interaction event with a new id."""
    given = {"action": "click", "success": True, "component": "chat", **fields}
    return {"id": str(uuid.uuid4()), "type": "interaction", "ts": "2026-11-23T00:00:00.000Z", **given}


def vital(**fields: Any) -> dict[str, Any]:
    """A vital event with a new id."""
    given = {"name": "LCP", "value": 812.5, "component": "chat", **fields}
    return {"id": str(uuid.uuid4()), "type": "vital", "ts": "2026-11-23T00:00:00.000Z", **given}


def timing(**fields: Any) -> dict[str, Any]:
    """A timing event with a new id."""
    given = {"name": "GET /api/runs", "duration_ms": 12, "success": True, "component": "agent", **fields}
    return {"id": str(uuid.uuid4()), "type": "timing", "ts": "2026-11-23T00:00:00.000Z", **given}


def rfc(ms: int) -> str:
    """A time in ms since 1970 as it stands in an event."""
    return rfc3339(ms)
