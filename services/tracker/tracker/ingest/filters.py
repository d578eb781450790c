"""Events that are not ours to look after: counted, not stored."""

import re
from collections.abc import Collection

from tracker.ingest.events import AnyEvent

BROWSER_EXTENSIONS = "browser_extensions"
_EXTENSION = re.compile(r"\b(?:chrome|moz|safari|safari-web|ms-browser)-extension://")


def why_filtered(event: AnyEvent, active: Collection[str]) -> str | None:
    """The name of the filter that holds the event back, or None."""
    if event["type"] != "error":
        return None
    stack = event.get("stack")
    if BROWSER_EXTENSIONS in active and stack and "-extension://" in stack and _EXTENSION.search(stack):
        return BROWSER_EXTENSIONS
    return None
