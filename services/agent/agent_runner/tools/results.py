"""Read again what was cut from a tool's output."""

from typing import Protocol

from kit.problems import NotFound
from pydantic import Field

from agent_runner.core.ports import Tool
from agent_runner.core.types import ToolSpec
from agent_runner.tools.function_tool import Arguments, FunctionTool, schema_of


class ResultNotFound(NotFound):
    """No output is kept under that reference."""

    code = "result_not_found"


class ResultReader(Protocol):
    """Where whole outputs are kept."""

    async def read(self, ref: str) -> str | None:
        """The whole output; None for an unknown reference."""
        ...


class ReadResult(Arguments):
    """What to read."""

    ref: str = Field(description="The reference that stands where the output was cut")
    offset: int = Field(0, ge=0, description="Where to begin, in characters")
    length: int = Field(15_000, ge=1, le=15_000, description="How many characters to read")


def read_result_tool(results: ResultReader) -> Tool:
    """The tool that reads a cut output by its reference, part by part."""

    async def run(asked: ReadResult) -> str:
        whole = await results.read(asked.ref)
        if whole is None:
            raise ResultNotFound(f"nothing is kept under {asked.ref!r}; call the tool again")
        end = asked.offset + asked.length
        part = whole[asked.offset : end]
        return f"{part}\n[{len(whole) - end} characters more, from offset {end}]" if end < len(whole) else part

    description = "Read on in a tool output that was cut."
    spec = ToolSpec("read_result", description, schema_of(ReadResult), read_only=True)
    return FunctionTool(spec, ReadResult, run)
