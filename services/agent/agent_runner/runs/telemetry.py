"""What runs cost and how they fare: counted for /metrics, and reported to the tracker."""

from kit.jsontypes import Json
from kit.report import Reporter
from prometheus_client import CollectorRegistry, Counter, Histogram

from agent_runner.core.ports import StepInfo
from agent_runner.core.types import Failure, ToolSpec, Usage
from agent_runner.mcp_manager.errors import CallFailed, CallTimedOut, OutcomeUnknown
from agent_runner.storage.records import RunRecord

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_KINDS = {"max_time": "timeout", "model_error": "model_error", "empty_answer": "model_error"}
MODELS = "agent.models"
TOOLS = "agent.tools"
RUNS = "agent.runs"
_OURS = frozenset({"tool_crashed", "tool_timeout", "internal_error"})
_MOST_MODELS = 100
_MOST_TOOLS = 500
_OF_THE_SERVER = frozenset({CallFailed.code, CallTimedOut.code, OutcomeUnknown.code})


class Telemetry:
    """Counts and reports runs and their steps. Never waits."""

    def __init__(self, registry: CollectorRegistry, reporter: Reporter) -> None:
        self._reporter = reporter
        self._models: set[str] = set()
        self._tools: set[str] = set()
        self._runs = Counter("agent_runs", "Runs that ended", ("source", "status"), registry=registry)
        self._run_seconds = Histogram("agent_run_seconds", "From start to end", buckets=_BUCKETS, registry=registry)
        self._model_calls = Counter("agent_model_calls", "Model calls", ("model", "status"), registry=registry)
        self._model_seconds = Histogram(
            "agent_model_seconds", "Until the whole answer", ("model",), buckets=_BUCKETS, registry=registry
        )
        self._tokens = Counter("agent_tokens", "Tokens", ("model", "kind"), registry=registry)
        self._tool_calls = Counter("agent_tool_calls", "Tool calls", ("tool", "status"), registry=registry)
        self._tool_seconds = Histogram(
            "agent_tool_seconds", "Until the result", ("tool",), buckets=_BUCKETS, registry=registry
        )

    def model_call(self, run: RunRecord, info: StepInfo, status: str, seconds: float, usage: Usage) -> None:
        """A model has answered, or not. Its name is a client's word: past a hundred they share one label."""
        name = info.name if info.name in self._models or len(self._models) < _MOST_MODELS else "other"
        self._models.add(name)
        self._model_calls.labels(name, status).inc()
        self._model_seconds.labels(name).observe(seconds)
        self._tokens.labels(name, "input").inc(usage.input_tokens)
        self._tokens.labels(name, "output").inc(usage.output_tokens)
        self._timing("model_call", MODELS, run, info, status, seconds)

    def tool_call(self, run: RunRecord, info: StepInfo, status: str, seconds: float, failure: Failure | None) -> None:
        """A tool call has ended. Names that a model made up share one label."""
        known = failure is None or failure.code != "unknown_tool"
        name = self._tool_label(info.name) if known else "unknown"
        self._tool_calls.labels(name, status).inc()
        self._tool_seconds.labels(name).observe(seconds)
        self._timing("tool_call", TOOLS, run, info, status, seconds)

    def _tool_label(self, name: str) -> str:
        if name not in self._tools and len(self._tools) >= _MOST_TOOLS:
            return "other"
        self._tools.add(name)
        return name

    def step_failed(self, run: RunRecord, info: StepInfo, failure: Failure, error: BaseException | None) -> None:
        """A step failed: an issue for the tracker. What a tool itself refuses is a warning, not an error.

        What failed between us and an MCP server is one already, of the server.
        """
        if failure.code in _OF_THE_SERVER:
            return
        model = info.kind == "model"
        ours = model or failure.code in _OURS
        self._reporter.error(
            "model_error" if model else "tool_error",
            f"{info.name}: {failure.code}: {failure.detail}",
            component=MODELS if model else TOOLS,
            level="error" if ours else "warning",
            error=error,
            context=_context(run, step=info.index, name=info.name, code=failure.code, **_tool(info)),
        )

    def direct_call(self, spec: ToolSpec, status: str, duration_ms: float, failure: Failure | None) -> None:
        """A person's own call of a tool has ended."""
        name = self._tool_label(spec.name)
        self._tool_calls.labels(name, status).inc()
        self._tool_seconds.labels(name).observe(duration_ms / 1000)
        server: dict[str, Json] = {"server": spec.source} if spec.fingerprint is not None else {}
        context: dict[str, Json] = {"tool": spec.name, **server}
        self._reporter.timing("tool_call", duration_ms, success=status == "ok", component=TOOLS, context=context)
        if failure is not None and failure.code not in _OF_THE_SERVER:
            message = f"{spec.name}: {failure.code}: {failure.detail}"
            level = "error" if failure.code in _OURS else "warning"
            about = {**context, "code": failure.code}
            self._reporter.error("tool_error", message, component=TOOLS, level=level, context=about)

    def run_ended(self, run: RunRecord, error: BaseException | None = None) -> None:
        """A run has ended. One that failed is an issue, unless its model call was reported already."""
        started, ended = run.started_at or run.created_at, run.ended_at or run.created_at
        self._runs.labels(run.source, run.status).inc()
        self._run_seconds.observe((ended - started) / 1000)
        self._reporter.timing(
            "run", ended - started, success=run.status != "failed", component=RUNS, context=_context(run)
        )
        if run.status == "failed" and run.error is not None and run.reason != "model_error":
            kind = _KINDS.get(run.reason or "", "task_error")
            message = f"run failed: {run.error.code}: {run.error.detail}"
            self._reporter.error(kind, message, component=RUNS, error=error, context=_context(run, reason=run.reason))

    def _timing(self, name: str, component: str, run: RunRecord, info: StepInfo, status: str, seconds: float) -> None:
        context = _context(run, step=info.index, name=info.name)
        self._reporter.timing(name, seconds * 1000, success=status == "ok", component=component, context=context)


def _tool(info: StepInfo) -> dict[str, Json]:
    if info.kind == "model":
        return {}
    of_server = info.spec is not None and info.spec.fingerprint is not None
    return {"tool": info.name, **({"server": info.spec.source} if info.spec and of_server else {})}


def _context(run: RunRecord, **more: Json) -> dict[str, Json]:
    return {"run_id": run.id, "model": run.model, "source": run.source, **more}
