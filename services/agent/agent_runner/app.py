"""Puts the agent together: the only place where its parts are made."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from kit.client import service_client
from kit.clock import now_ms
from kit.database import Database
from kit.jsontypes import JsonObject
from kit.outbox import Outbox
from kit.report import Forwarder, Reporter
from kit.service import background
from kit.token import service_token
from kit.web.app import Runtime, create_service_app
from kit.web.middleware import BodyLimits

from agent_runner import VERSION
from agent_runner.api import (
    approvals,
    attachments,
    audit,
    mcp_auth,
    models,
    permissions,
    run_events,
    run_stats,
    runs,
    sessions,
    stream,
    tools,
    workspace,
)
from agent_runner.api import health as health_api
from agent_runner.api.feed import Feed
from agent_runner.api.health import ComponentView
from agent_runner.api.mcp import contents as mcp_contents
from agent_runner.api.mcp import importing as mcp_importing
from agent_runner.api.mcp import servers as mcp_servers
from agent_runner.api.once import Once
from agent_runner.api.openai import chat
from agent_runner.api.openai import models as openai_models
from agent_runner.api.openai.errors import OpenAIErrors
from agent_runner.api.parts import Parts
from agent_runner.config import Settings, lent_environment, load_models
from agent_runner.core.arguments import Checker
from agent_runner.core.types import Limits
from agent_runner.first_start import prepare_workspace
from agent_runner.health import checks
from agent_runner.health.board import Component, HealthBoard
from agent_runner.mcp_manager.auth import OAuth
from agent_runner.mcp_manager.config_file import McpFile, read_mcp_file
from agent_runner.mcp_manager.manager import McpManager
from agent_runner.mcp_manager.ports import Surroundings
from agent_runner.mcp_manager.secret_file import SecretFile
from agent_runner.mcp_manager.sign_in import SignIns
from agent_runner.mcp_manager.store import DatabaseStore
from agent_runner.models.providers import ModelSettings
from agent_runner.models.registry import ModelRegistry
from agent_runner.runs.approvals import Approvals
from agent_runner.runs.archive import Archive
from agent_runner.runs.direct_calls import DirectCalls
from agent_runner.runs.ledger import Ledger
from agent_runner.runs.manager import RunManager
from agent_runner.runs.mcp_reports import McpReports
from agent_runner.runs.permissions import Permissions
from agent_runner.runs.questions import Questions
from agent_runner.runs.recorder import Recorder
from agent_runner.runs.results import ResultStore
from agent_runner.runs.sampling import ModelSampler
from agent_runner.runs.slots import Slots
from agent_runner.runs.telemetry import Telemetry
from agent_runner.runs.work import Workshop
from agent_runner.storage.database import open_database
from agent_runner.tools.builtin import builtin_tools
from agent_runner.tools.fetch import Fetcher
from agent_runner.tools.mcp import McpTools
from agent_runner.tools.registry import ToolRegistry
from agent_runner.tools.search import Loaded
from agent_runner.tools.workspace import Workspace

_DESCRIPTION = """Runs agents: the loop, its tools and models.

`/v1` speaks OpenAI's format, so that any client of it can use the agent as a model; the service's token is its key.
`/api/v1` starts runs that go on by themselves, and manages all that belongs to them."""
_ROUTERS = (
    openai_models,
    chat,
    run_stats,  # before `runs/{run_id}`, which would take it for a run
    runs,
    run_events,
    approvals,
    permissions,
    sessions,
    workspace,
    tools,
    audit,
    attachments,
    mcp_servers,
    mcp_contents,
    mcp_importing,
    mcp_auth,
    models,
    health_api,
    stream,
)
_STOP_S = 1.2


@dataclass(frozen=True, slots=True)
class _Engine:
    """What runs behind the requests for as long as the service does."""

    database: Database
    outbox: Outbox
    reporter: Reporter
    recorder: Recorder
    fetcher: Fetcher
    slots: Slots
    feed: Feed
    mcp_file: McpFile


def create_app(settings: Settings) -> FastAPI:
    """The agent, ready to serve once its lifespan has begun. Raises `SettingsError`."""
    token = service_token(settings)
    providers = load_models()
    folder = prepare_workspace(settings)
    engine = _engine(settings)
    app = create_service_app(
        title="Binnacle agent",
        version=VERSION,
        description=_DESCRIPTION,
        lifespan=lambda app: _lifespan(app, engine, settings, token),
        routers=[module.router() for module in _ROUTERS],
        allowed_hosts=[settings.host, *settings.allowed_hosts],
        token=token,
        limits=_limits(settings),
    )
    app.add_middleware(OpenAIErrors)
    app.state.parts = _parts(settings, engine, providers, folder, app.state.runtime)
    return app


def _limits(settings: Settings) -> BodyLimits:
    by_path = {
        "/v1/chat/completions": settings.chat_body_limit,
        "/api/v1/workspace/files/*": settings.upload_limit,
        "/api/v1/mcp/import": settings.upload_limit,
    }
    return BodyLimits(settings.body_limit, by_path)


def _engine(settings: Settings) -> _Engine:
    folder = settings.own_dir("agent")
    database = open_database(folder, settings.database_url)
    outbox = Outbox(folder / "outbox.db", durability="NORMAL")
    feed = Feed()
    return _Engine(
        database=database,
        outbox=outbox,
        reporter=Reporter(outbox, component="agent", release=VERSION),
        recorder=Recorder(database, feed),
        fetcher=Fetcher(allow_private=settings.fetch_private),
        slots=Slots(settings.max_runs, max_waiting=settings.max_waiting),
        feed=feed,
        mcp_file=read_mcp_file(folder, settings.mcp_config),
    )


def _parts(settings: Settings, engine: _Engine, providers: ModelSettings, folder: Path, runtime: Runtime) -> Parts:
    database, feed, checker = engine.database, engine.feed, Checker()
    registry = ModelRegistry(providers, on_change=feed.models)
    results = ResultStore(database, engine.recorder.flush)
    files = Workspace(folder)
    rules = Permissions(database)
    approvals = Approvals(database, rules, feed, checker)
    ledger = Ledger(database)
    telemetry = Telemetry(runtime.metrics.registry, engine.reporter)
    oauth = OAuth(SecretFile(settings.own_dir("agent") / "secrets.json"), lent_environment(), settings.oauth)
    mcp = _mcp(settings, engine, oauth, registry, Questions(approvals, lambda run_id: manager.active(run_id)))  # noqa: PLW0108 - it is made below
    toolset = ToolRegistry(builtin_tools(files, engine.fetcher, results, now_ms), McpTools(mcp, results))
    workshop = Workshop(
        tools=toolset,
        permissions=rules,
        approvals=approvals,
        ledger=ledger,
        results=results,
        limits=_run_limits(settings),
        tool_tokens=settings.tool_tokens,
        loaded=Loaded(),
        checker=checker,
        summarizer=lambda: registry.for_role("summarization"),
        today=lambda: datetime.now().astimezone(),
    )
    archive = Archive(database, engine.recorder, feed)
    manager = RunManager(
        database=database,
        recorder=engine.recorder,
        archive=archive,
        models=registry,
        workshop=workshop,
        telemetry=telemetry,
        announcer=feed,
        slots=engine.slots,
    )
    return Parts(
        database=database,
        runs=manager,
        archive=archive,
        approvals=approvals,
        permissions=rules,
        models=registry,
        tools=toolset,
        direct_calls=DirectCalls(toolset, rules, ledger, checker, telemetry),
        ledger=ledger,
        results=results,
        mcp=mcp,
        sign_ins=SignIns(oauth, mcp),
        workspace=files,
        health=_health(engine, registry, files, manager, mcp),
        feed=feed,
        once=Once(database),
    )


def _mcp(settings: Settings, engine: _Engine, oauth: OAuth, models: ModelRegistry, asker: Questions) -> McpManager:
    def tell(name: str) -> None:
        engine.feed.mcp(name, next((state for state in mcp.servers() if state.spec.name == name), None))

    around = Surroundings(
        secrets=oauth.store,
        environment=lent_environment(),
        folder=settings.own_dir("agent"),
        asker=asker,
        sampler=ModelSampler(lambda: models.for_role("agent")),
        listener=McpReports(engine.reporter, tell),
        auth=oauth,
    )
    mcp = McpManager(DatabaseStore(engine.database), around, engine.mcp_file.specs)
    return mcp


def _run_limits(settings: Settings) -> Limits:
    return Limits(
        max_steps=settings.max_steps,
        max_tokens=settings.max_tokens,
        max_seconds=settings.max_seconds,
        context_chars=settings.context_chars,
    )


def _health(
    engine: _Engine, registry: ModelRegistry, files: Workspace, manager: RunManager, mcp: McpManager
) -> HealthBoard:
    def changed(component: Component) -> None:
        view = ComponentView.of(component).model_dump(mode="json")
        engine.feed.health(cast("JsonObject", view))

    return HealthBoard(
        {
            "storage": checks.storage(engine.database, engine.recorder),
            "models": checks.models(registry),
            "workspace": checks.workspace(files),
            "runs": checks.runs(manager),
            "mcp": checks.mcp(mcp.servers, engine.mcp_file.problems),
            "reporting": checks.reporting(engine.outbox),
        },
        changed,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI, engine: _Engine, settings: Settings, token: str) -> AsyncGenerator[None]:
    runtime: Runtime = app.state.runtime
    parts: Parts = app.state.parts
    runtime.on_error = lambda error: engine.reporter.error("api_error", str(error), component="agent.api", error=error)

    async def end_runs() -> None:
        await runtime.stopping.wait()
        await _stop(parts)

    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.database.aclose)
        stack.push_async_callback(engine.outbox.aclose)
        stack.push_async_callback(engine.fetcher.aclose)
        tracker = await stack.enter_async_context(service_client(settings.tracker_url, token))
        stack.push_async_callback(parts.models.aclose)
        forwarder = Forwarder(engine.outbox, tracker)
        await stack.enter_async_context(background(engine.recorder.run, engine.reporter.run, forwarder.run))
        await parts.permissions.load()
        await parts.ledger.load()
        await parts.runs.recover()
        await parts.models.start()
        stack.push_async_callback(parts.mcp.stop)
        stack.push_async_callback(parts.sign_ins.aclose)
        await parts.mcp.start()
        await stack.enter_async_context(background(parts.health.run, end_runs))
        stack.push_async_callback(_stop, parts)
        runtime.not_ready = None
        yield


async def _stop(parts: Parts) -> None:
    """End every run and say so; but the process ends in time also when the database does not take it."""
    try:
        async with asyncio.timeout(_STOP_S):
            await parts.runs.stop()
    except TimeoutError:
        return
