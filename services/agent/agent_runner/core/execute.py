"""Run the tool calls of one turn: check, ask, do, cut; at the same time, with the results in the order asked."""

import asyncio
import difflib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from kit.jsontypes import JsonObject
from kit.text import clean_text

from agent_runner.core.arguments import Checker, parse_arguments
from agent_runner.core.marks import mark
from agent_runner.core.ports import (
    CallContext,
    Denied,
    Gate,
    Journal,
    Results,
    StepInfo,
    Tool,
    Toolbox,
    ToolFailedError,
)
from agent_runner.core.types import Failure, Limits, Message, ToolCall, ToolOutcome, ToolOutput, ToolSpec

Numbered: TypeAlias = tuple[int, ToolCall]
"""A call, and its number among the steps of the run."""


@dataclass(frozen=True, slots=True)
class Executed:
    """One tool call and what came of it; `seconds` leaves out the wait for a person."""

    index: int
    call: ToolCall
    outcome: ToolOutcome
    seconds: float

    def message(self) -> Message:
        """What the model reads of it."""
        return Message("tool", mark(self.call.name, self.outcome), tool_call_id=self.call.id)


class Executor:
    """Runs tool calls for one run.

    Guarantee: a call that is refused, fails, crashes or takes too long has an outcome like any other and leaves its
    siblings alone. Only a journal or gate that fails ends the turn, and with it the calls under way.
    """

    def __init__(  # noqa: PLR0913 - built in one place, from parts that are named
        self,
        *,
        run_id: str,
        toolbox: Toolbox,
        gate: Gate,
        journal: Journal,
        results: Results,
        limits: Limits,
        checker: Checker | None = None,
        session_id: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts the seconds of work: it may stand still while a person is waited for."""
        self._run_id = run_id
        self._session_id = session_id
        self._clock = clock
        self._toolbox = toolbox
        self._gate = gate
        self._journal = journal
        self._results = results
        self._limits = limits
        self._checker = checker or Checker()  # shared between runs where given: making a schema ready takes 4 ms

    def specs(self) -> Sequence[ToolSpec]:
        """The tools that the model is told of."""
        return self._toolbox.specs()

    async def run(self, calls: Sequence[Numbered], seconds_left: float) -> list[Executed]:
        """Run the numbered calls together; the results come in the order of the calls."""
        lanes = self._lanes(calls)
        if len(lanes) == 1:
            return await self._lane(lanes[0], seconds_left)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._lane(lane, seconds_left)) for lane in lanes]
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return sorted((done for task in tasks for done in task.result()), key=lambda done: done.index)

    def _lanes(self, calls: Sequence[Numbered]) -> list[list[Numbered]]:
        """Calls that may run beside each other; in a lane one waits for the one before."""
        lanes: dict[str, list[Numbered]] = {}
        for index, call in calls:
            tool = self._toolbox.find(call.name)
            serial = tool.spec.serial if tool else None
            lanes.setdefault(f"serial {serial}" if serial else f"call {index}", []).append((index, call))
        return list(lanes.values())

    async def _lane(self, calls: Sequence[Numbered], seconds_left: float) -> list[Executed]:
        return [await self._one(index, call, seconds_left) for index, call in calls]

    async def _one(self, index: int, call: ToolCall, seconds_left: float) -> Executed:
        tool = self._toolbox.find(call.name)
        if tool is None:
            return await self._refuse(index, call, _unknown(call, [spec.name for spec in self._toolbox.specs()]))
        try:
            arguments = parse_arguments(call.arguments)
            self._checker.check(arguments, tool.spec.input_schema)
        except ToolFailedError as error:
            return await self._refuse(index, call, failed(error.failure))
        verdict = await self._gate.decide(index, tool.spec, call, arguments)
        info = StepInfo(index, "tool", call.name, call, writes=not tool.spec.read_only, verdict=verdict, spec=tool.spec)
        if isinstance(verdict, Denied):
            denied = ToolOutcome(f"Not done: {verdict.reason}", Failure("denied", verdict.reason), "denied")
            return await self._refuse(index, call, denied, replace(info, writes=False))
        started = self._clock()
        outcome = await self._journal.step(info, lambda: self._do(tool, info, arguments, seconds_left))
        return Executed(index, call, outcome, self._clock() - started)

    async def _refuse(self, index: int, call: ToolCall, refusal: ToolOutcome, info: StepInfo | None = None) -> Executed:
        async def nothing() -> ToolOutcome:
            return refusal

        outcome = await self._journal.step(info or StepInfo(index, "tool", call.name, call), nothing)
        return Executed(index, call, outcome, 0.0)

    async def _do(self, tool: Tool, info: StepInfo, arguments: JsonObject, seconds_left: float) -> ToolOutcome:
        assert info.call is not None
        seconds = min(tool.spec.timeout_s, max(seconds_left, 0.0))
        context = CallContext(
            self._run_id,
            info.call.id,
            self._session_id,
            seconds,
            lambda progress: self._journal.progress(info, progress),
        )
        outcome = await do_call(tool, arguments, context)
        return await self._cut(outcome, context)

    async def _cut(self, outcome: ToolOutcome, context: CallContext) -> ToolOutcome:
        limit = self._limits.tool_output_chars
        if len(outcome.text) <= limit:
            return outcome
        ref = await self._results.keep(context, outcome.text)
        return replace(outcome, text=outcome.text[:limit], truncated=True, ref=ref)


async def do_call(tool: Tool, arguments: JsonObject, context: CallContext) -> ToolOutcome:
    """Call a tool, for as long as the context says; whatever comes of it is an outcome."""
    if tool.spec.keeps_time:
        return await _guarded(tool, arguments, context)
    try:
        async with asyncio.timeout(context.seconds):
            return await _guarded(tool, arguments, context)
    except TimeoutError:
        return failed(Failure("tool_timeout", f"{tool.spec.name} was stopped after {context.seconds:g} s"))


async def _guarded(tool: Tool, arguments: JsonObject, context: CallContext) -> ToolOutcome:
    """Call a tool; whatever it raises is an outcome, but for our own cancellation."""
    try:
        return _outcome(await tool.call(arguments, context))
    except ToolFailedError as error:
        return failed(error.failure)
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        return failed(Failure("tool_crashed", f"{tool.spec.name} was cancelled from within"))
    except Exception as error:  # noqa: BLE001 - the edge of the loop: no tool may end a run
        return failed(
            Failure(
                "tool_crashed",
                f"{tool.spec.name} crashed: {type(error).__name__}: {clean_text(str(error))[:500]}",
            )
        )


def _outcome(output: str | ToolOutput) -> ToolOutcome:
    if isinstance(output, str):
        return ToolOutcome(clean_text(output))
    status = "error" if output.failure else "ok"
    return ToolOutcome(
        clean_text(output.text),
        output.failure,
        status,
        attachments=output.attachments,
        structured=output.structured,
    )


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _unknown(call: ToolCall, names: Sequence[str]) -> ToolOutcome:
    close = difflib.get_close_matches(call.name, names, n=3)
    hint = f"did you mean {', '.join(close)}?" if close else f"there are: {', '.join(names) or 'none'}"
    return failed(Failure("unknown_tool", f"there is no tool {call.name[:100]!r}; {hint}"))


def failed(failure: Failure) -> ToolOutcome:
    """A failure as the model reads it."""
    return ToolOutcome(f"Error ({failure.code}): {failure.detail}", failure, "error")
