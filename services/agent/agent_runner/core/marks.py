"""The marks that tell tool output from instructions, written and read."""

import html
import re
from dataclasses import dataclass

from agent_runner.core.types import ToolOutcome

_MARK = re.compile(r"<(?=\s*/?\s*tool_result)", re.IGNORECASE)
_UNMARK = re.compile(r"&lt;(?=\s*/?\s*tool_result)", re.IGNORECASE)
_WHOLE = re.compile(r"<tool_result ([^>\n]*)>\n(.*)\n</tool_result>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_REST = re.compile(r"\n\[cut here; to go on call read_result with .*\]$")


@dataclass(frozen=True, slots=True)
class Marked:
    """A tool result as it was read back: `code` names the failure, None for what went well."""

    text: str
    code: str | None
    cut: bool


def mark(tool: str, outcome: ToolOutcome) -> str:
    """A tool's output between marks that nothing within it can end or begin."""
    failed = f' failed="{outcome.failure.code}"' if outcome.failure else ""
    text = _MARK.sub("&lt;", outcome.text) if "tool_result" in outcome.text.lower() else outcome.text
    return f'<tool_result tool="{html.escape(tool)}"{failed}>\n{text}{_rest(outcome)}\n</tool_result>'


def unmark(content: str) -> Marked:
    """What `mark` was given; content without marks stands for itself."""
    found = _WHOLE.fullmatch(content)
    if found is None:
        return Marked(content, None, cut=False)
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    text = _UNMARK.sub("<", found[2])
    whole = _REST.sub("", text)
    return Marked(whole, attributes.get("failed"), cut=whole != text)


def _rest(outcome: ToolOutcome) -> str:
    if outcome.ref is None:
        return ""
    return f'\n[cut here; to go on call read_result with {{"ref": "{outcome.ref}", "offset": {len(outcome.text)}}}]'
