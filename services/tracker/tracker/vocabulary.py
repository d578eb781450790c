"""The closed sets of words that events are made of."""

from typing import Literal, TypeAlias

EventType: TypeAlias = Literal["error", "interaction", "vital", "timing"]
ErrorKind: TypeAlias = Literal[
    "javascript_error",
    "api_error",
    "rendering_error",
    "timeout",
    "network_error",
    "auth_error",
    "promise_rejection",
    "tool_error",
    "model_error",
    "mcp_error",
    "task_error",
    "unknown",
]
Level: TypeAlias = Literal["fatal", "error", "warning", "info", "debug"]
VitalName: TypeAlias = Literal["LCP", "INP", "CLS", "FCP", "TTFB"]
