"""Turn errors into RFC 9457 problem details."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

import orjson
import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kit.problems import Problem
from kit.text import clean_text

_CODES = {413: "too_large"}  # as the size check says it; the standard phrase changes with the version of Python


class ProblemIssue(BaseModel):
    """One value that was refused: where it stands, and why."""

    loc: list[str | int]
    msg: str


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    errors: list[ProblemIssue] | None = None


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, object]] | None = None,
) -> Response:
    """A problem answer; the request id is the one being handled."""
    body: dict[str, object] = {
        "type": f"urn:binnacle:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": clean_text(detail),
        "code": code,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    if errors is not None:
        body["errors"] = errors
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")


def respond(problem: Problem) -> Response:
    """The answer for a domain error."""
    return problem_response(problem.status, problem.code, problem.detail, headers=problem.headers)


async def handle_problem(_request: Request, error: Exception) -> Response:
    """Handler for `Problem`."""
    assert isinstance(error, Problem)
    return respond(error)


async def handle_http_exception(_request: Request, error: Exception) -> Response:
    """Handler for what the framework raises itself: unknown paths, wrong methods, broken bodies."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code) or HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem_response(error.status_code, code, str(error.detail), headers=error.headers)


async def handle_validation_error(_request: Request, error: Exception) -> Response:
    """Handler for input that does not fit its model: 400 for broken JSON, else 422 with each value refused."""
    assert isinstance(error, RequestValidationError)
    issues = [_issue(item) for item in cast("Sequence[Mapping[str, object]]", error.errors())]
    first = issues[0]
    where = ".".join(str(part) for part in cast("Sequence[str | int]", first["loc"]))
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return problem_response(400, "invalid_json", f"the body is not valid JSON: {first['msg']}")
    return problem_response(422, "validation_error", f"{where}: {first['msg']}", errors=issues)


def _issue(item: Mapping[str, object]) -> dict[str, object]:
    loc = [part if isinstance(part, int) else clean_text(str(part)) for part in cast("Sequence[object]", item["loc"])]
    context = item.get("ctx")
    reason = cast("Mapping[str, object]", context).get("error") if isinstance(context, Mapping) else None
    message = f"{item['msg']} ({reason})" if isinstance(reason, str) else str(item["msg"])
    return {"loc": loc, "msg": clean_text(message)}
