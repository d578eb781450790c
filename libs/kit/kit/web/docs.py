"""`/docs` from installed assets, and an OpenAPI document that tells the truth about errors and the token."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from kit.web.problems import ProblemDetails

DOCS_PATHS = frozenset({"/docs", "/docs-assets/*", "/openapi.json"})
_ASSETS = Path(fastapi_offline.__file__).with_name("static")
_REF = "#/components/schemas/{model}"


def add_docs(app: FastAPI, open_paths: Collection[str] | None) -> None:
    """Serve the browsable page, and describe problems and (when `open_paths` is given) the bearer token.

    The page's addresses are relative, so that it also works under a path of a reverse proxy.
    """
    app.mount("/docs-assets", StaticFiles(directory=_ASSETS), name="docs-assets")

    async def docs(_request: Request) -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="docs-assets/swagger-ui-bundle.js",
            swagger_css_url="docs-assets/swagger-ui.css",
            swagger_favicon_url="docs-assets/favicon.png",
        )

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app, open_paths)
        return app.openapi_schema

    app.add_route("/docs", docs, include_in_schema=False)
    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _describe(app: FastAPI, open_paths: Collection[str] | None) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=app.servers or None,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = ProblemDetails.model_json_schema(ref_template=_REF)
    schemas.update(problem.pop("$defs", {}))
    schemas["ProblemDetails"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    answer = {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": _REF.format(model="ProblemDetails")}}},
    }
    for path, item in document["paths"].items():
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = answer
            if open_paths is not None and path in open_paths:
                operation["security"] = []
    if open_paths is not None:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document
