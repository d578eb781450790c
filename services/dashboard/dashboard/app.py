"""Puts the dashboard together: the only place where its parts are made."""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from fastapi import FastAPI
from kit.client import service_client
from kit.clock import now_ms
from kit.database import Database
from kit.outbox import Outbox
from kit.report import Forwarder, Reporter
from kit.service import background
from kit.token import service_token
from kit.web.app import Runtime, create_service_app
from kit.web.middleware import BodyLimits
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from dashboard import VERSION
from dashboard.api import auth, first_screen, oauth, page, preferences, stream, track
from dashboard.api.parts import Parts
from dashboard.auth.gate import Gate
from dashboard.auth.limiter import FailureLimiter, Rate
from dashboard.auth.login import Login
from dashboard.auth.passwords import Passwords, read_passwords
from dashboard.auth.sessions import Sessions, make_code
from dashboard.bootstrap import Bootstrap
from dashboard.config import Settings
from dashboard.hub.feeds import Feeds
from dashboard.hub.hub import Hub
from dashboard.metrics import add_gauges
from dashboard.page.guard import SecurityHeaders
from dashboard.page.root import RootPath
from dashboard.page.site import Site
from dashboard.proxy.allow import AGENT, TRACKER, AllowList
from dashboard.proxy.mounts import Mounts
from dashboard.proxy.passage import Passages
from dashboard.proxy.proxy import Proxy
from dashboard.status import StatusBoard
from dashboard.storage.database import open_database
from dashboard.storage.preferences import PreferenceStore
from dashboard.storage.sessions import SessionStore
from dashboard.track import Tracking
from dashboard.upstreams.upstream import Upstream

_log = structlog.get_logger("dashboard")
_STATIC = Path(__file__).with_name("static")
_DESCRIPTION = """The backend for the browser. Log in with the page's session cookie, or send the service's token.

`/api/agent/X` and `/api/tracker/X` pass an allow-listed part of the agent's and the tracker's `/api/v1/X` through."""

_CALLBACKS = Rate(burst=300, every_s=0.2)
"""Of all together: what guesses at a state's 256 bits is no danger, and must not keep others from ending a sign-in."""
_LIMITS = BodyLimits(by_path={"/api/agent/workspace/files/*": 10 << 20})


@dataclass(frozen=True, slots=True)
class _Engine:
    """What runs behind the requests for as long as the service does."""

    database: Database
    spool: Outbox
    reporter: Reporter
    store: SessionStore
    agent: Upstream
    tracker: Upstream
    feeds: Feeds
    passages: Passages


def create_app(settings: Settings, *, static: Path = _STATIC) -> FastAPI:
    """The dashboard, ready to serve once its lifespan has begun. Raises `SettingsError`."""
    token = service_token(settings)
    folder = settings.own_dir("dashboard")
    passwords = read_passwords(settings, folder)
    engine = _engine(settings, token, folder)
    parts = _parts(settings, passwords, engine, static)
    _introduce(parts, engine)
    app = create_service_app(
        title="Binnacle dashboard",
        version=VERSION,
        description=_DESCRIPTION,
        lifespan=lambda app: _lifespan(app, parts, engine, token),
        routers=[module.router() for module in (auth, oauth, first_screen, preferences, stream, track)],
        allowed_hosts=settings.known_hosts,
        token=None,
        limits=_LIMITS,
        middleware=[
            Middleware(Gate, sessions=parts.sessions, token=token, cookie=parts.cookie),
            Middleware(Mounts, mounted=_proxies(engine)),
        ],
    )
    app.add_route("/{path:path}", page.page, include_in_schema=False)
    app.add_middleware(SecurityHeaders)
    if settings.root_path:
        app.servers = [{"url": settings.root_path}]
        app.add_middleware(RootPath, root_path=settings.root_path)
    app.state.parts = parts
    return app


def _proxies(engine: _Engine) -> Mapping[str, ASGIApp]:
    pairs = ((engine.agent, AllowList(AGENT)), (engine.tracker, AllowList(TRACKER)))
    return {f"/api/{upstream.name}": Proxy(upstream, allowed, engine.passages) for upstream, allowed in pairs}


def _engine(settings: Settings, token: str, folder: Path) -> _Engine:
    database = open_database(folder)
    spool = Outbox(folder / "spool.db")
    agent = Upstream("agent", settings.agent_url, token)
    return _Engine(
        database=database,
        spool=spool,
        reporter=Reporter(spool, component="dashboard", release=VERSION),
        store=SessionStore(database),
        agent=agent,
        tracker=Upstream("tracker", settings.tracker_url, token),
        feeds=Feeds(agent),
        passages=Passages(),
    )


def _parts(settings: Settings, passwords: Passwords, engine: _Engine, static: Path) -> Parts:
    preference_store = PreferenceStore(engine.database)
    status = StatusBoard(engine.agent, engine.tracker, engine.spool)
    return Parts(
        settings=settings,
        cookie=f"binnacle_{settings.port}",  # cookies know no ports: two dashboards on one host must not share one
        login=Login(passwords, engine.store, now_ms),
        sessions=Sessions(engine.store, passwords.credentials(), now_ms),
        preferences=preference_store,
        tracking=Tracking(engine.spool),
        status=status,
        bootstrap=Bootstrap(engine.agent, engine.tracker, status, preference_store, now_ms, engine.reporter),
        hub=Hub((engine.agent, engine.tracker), engine.feeds),
        site=Site(static, settings.root_path),
        agent=engine.agent,
        callbacks=FailureLimiter(overall=_CALLBACKS),
    )


def _introduce(parts: Parts, engine: _Engine) -> None:
    """Who must hear of what: a session's end closes its streams, a service's loss is an error of its own."""
    parts.sessions.on_end(engine.passages.end_session)
    parts.sessions.on_end(parts.hub.end_session)
    for upstream in (engine.agent, engine.tracker):
        upstream.on_change(lambda changed: _note_change(engine.reporter, changed))


def _note_change(reporter: Reporter, upstream: Upstream) -> None:
    state = upstream.state
    _log.info("upstream", name=upstream.name, status=state.status, detail=state.detail)
    if state.status == "down":
        context = {"upstream": upstream.name, "detail": state.detail}
        reporter.error("network_error", f"The {upstream.name} cannot be reached", level="warning", context=context)


@asynccontextmanager
async def _lifespan(app: FastAPI, parts: Parts, engine: _Engine, token: str) -> AsyncGenerator[None]:
    runtime: Runtime = app.state.runtime
    add_gauges(runtime.metrics.registry, engine.spool, (engine.agent, engine.tracker))
    runtime.on_error = lambda error: engine.reporter.error("unknown", str(error), error=error)

    async def end_streams() -> None:
        await runtime.stopping.wait()
        engine.passages.end_all()

    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.database.aclose)
        stack.push_async_callback(engine.spool.aclose)
        tracker_client = await stack.enter_async_context(service_client(parts.settings.tracker_url, token))
        await stack.enter_async_context(engine.agent.opened())
        await stack.enter_async_context(engine.tracker.opened())
        stack.push_async_callback(parts.bootstrap.aclose)
        await parts.sessions.load()
        forwarder = Forwarder(engine.spool, tracker_client)
        jobs = (engine.feeds.run, parts.hub.run, forwarder.run, engine.reporter.run, end_streams)
        await stack.enter_async_context(background(*jobs))
        await _print_link(parts.settings, engine.store)
        runtime.not_ready = None
        yield


async def _print_link(settings: Settings, store: SessionStore) -> None:
    if settings.print_link:
        code = await make_code(store, now_ms())
        sys.stdout.write(f"Log in once, within 10 minutes, with this link: {settings.login_url}#{code}\n")
        sys.stdout.flush()
