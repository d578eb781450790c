"""Put a service's application together: what is the same for all three, readable from top to bottom."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kit.problems import Problem
from kit.web import routing
from kit.web.docs import DOCS_PATHS, add_docs
from kit.web.metrics import HttpMetrics
from kit.web.middleware import BearerAuth, BodyLimit, BodyLimits, HostCheck, RequestContext
from kit.web.problems import (
    handle_http_exception,
    handle_problem,
    handle_validation_error,
    problem_response,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
OPEN_PATHS = frozenset({"/livez", "/readyz", "/metrics"}) | DOCS_PATHS


@dataclass
class Runtime:
    """What a running service tells about itself; `app.state.runtime` holds it."""

    metrics: HttpMetrics = field(default_factory=HttpMetrics)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is asked to end: every open stream watches it."""
    not_ready: str | None = "starting"
    """Why the service cannot serve; None when it can."""
    on_error: Callable[[Exception], None] | None = None
    """Where defects of ours are reported, once the lifespan has set it."""

    def report(self, error: Exception) -> None:
        """Hand a defect on to whoever reports it."""
        if self.on_error is not None:
            self.on_error(error)


def create_service_app(  # noqa: PLR0913 - an application is data: each part is named where it is put together
    *,
    title: str,
    version: str,
    description: str,
    lifespan: Lifespan,
    routers: Sequence[APIRouter],
    allowed_hosts: Collection[str],
    token: str | None,
    open_paths: Collection[str] = (),
    limits: BodyLimits | None = None,
    middleware: Sequence[Middleware] = (),
) -> FastAPI:
    """An application with health, metrics, docs, problems and the common middleware.

    With `token`, everything but the open paths asks for it; without, the service brings its own check in `middleware`,
    which runs after the host and size checks. The lifespan sets `app.state.runtime.not_ready = None` once it can serve.
    """
    runtime = Runtime()
    opened = OPEN_PATHS | frozenset(open_paths)
    auth = [Middleware(BearerAuth, token=token, open_paths=opened)] if token is not None else []
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours is at /metrics
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(RequestContext, metrics=runtime.metrics, on_error=runtime.report),
            Middleware(HostCheck, allowed=allowed_hosts),
            Middleware(BodyLimit, limits=limits or BodyLimits()),
            *auth,
            *middleware,
        ],
        exception_handlers={
            Problem: handle_problem,
            HTTPException: handle_http_exception,
            RequestValidationError: handle_validation_error,
        },
    )
    app.state.runtime = runtime
    app.include_router(_health_router())
    app.add_route("/metrics", runtime.metrics.endpoint, include_in_schema=False)
    add_docs(app, opened if token is not None else None)
    for router in routers:
        app.include_router(router)
    return app


def runtime_of(request: Request) -> Runtime:
    """Dependency: the running service's `Runtime`."""
    runtime = request.app.state.runtime
    assert isinstance(runtime, Runtime)
    return runtime


def _health_router() -> APIRouter:
    router = routing.router(tag="health")

    @router.get("/livez", summary="The process answers")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="It can serve; 503 with the reason otherwise", response_model=dict[str, str])
    async def readyz(request: Request) -> Response:
        reason = runtime_of(request).not_ready
        if reason is not None:
            return problem_response(503, "not_ready", reason, headers={"Retry-After": "1"})
        return JSONResponse({"status": "ok"})

    return router
