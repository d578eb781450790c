"""Take over the servers of another client's configuration."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Request, Response
from kit.problems import Problem
from kit.web import routing
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from agent_runner.api.mcp.definitions import all_hidden
from agent_runner.api.mcp.servers import view_of
from agent_runner.api.mcp.views import ServerView
from agent_runner.api.once import Keep
from agent_runner.api.parts import Parts, PartsOf
from agent_runner.api.views import Object
from agent_runner.mcp_manager import specs
from agent_runner.mcp_manager.errors import InvalidServer, ServerExists
from agent_runner.mcp_manager.importer import Imported, read_config
from agent_runner.mcp_manager.types import ServerSpec

DryRun = Annotated[bool, Query(description="Say what would be added, and add nothing")]


class ImportedEntry(BaseModel):
    """What became of one entry."""

    name: str
    added: bool = Field(description="With `dry_run`: it would be")
    code: str | None = Field(default=None, description="Why it was not added: a stable word")
    detail: str | None = Field(default=None, description="… and a sentence")
    server: ServerView | None = None

    @classmethod
    def refused(cls, name: str, problem: Problem) -> Self:
        """An entry that was not added."""
        return cls(name=name, added=False, code=problem.code, detail=problem.detail)


class ImportRemark(BaseModel):
    """What of an entry is not as the other client has it; the entry's name is the one in the document."""

    name: str
    detail: str


class ImportReport(BaseModel):
    """What became of each entry; one that is refused leaves the others alone."""

    dry_run: bool
    added: int
    refused: int
    entries: list[ImportedEntry]
    warnings: list[ImportRemark]


def router() -> APIRouter:
    """`/api/v1/mcp/import`."""
    routes = routing.router("/api/v1/mcp", tag="mcp")

    @routes.post("/import", summary="Add the servers of another client's configuration", response_model=ImportReport)
    async def import_(document: Object, request: Request, parts: PartsOf, dry_run: DryRun = False) -> Response:
        """The body is the JSON that Claude Desktop, Cursor (`mcpServers`), VS Code (`servers`) and LibreChat use, as
        their files have it. Values of `env` and `headers` go to the secret store. Accepts an `Idempotency-Key`.
        """
        if dry_run:
            return JSONResponse((await _import(parts, read_config(document), dry_run=True)).model_dump(mode="json"))

        async def create(keep: Keep | None) -> ImportReport:
            report = await _import(parts, read_config(document), dry_run=False)
            if keep is not None:
                await parts.database.write(keep(report))
            return report

        return await parts.once.answer(request, 200, create)

    return routes


async def _import(parts: Parts, found: Imported, *, dry_run: bool) -> ImportReport:
    entries = [await _entry(parts, all_hidden(spec), dry_run=dry_run) for spec in found.specs]
    entries += [ImportedEntry.refused(problem.name, InvalidServer(problem.detail)) for problem in found.problems]
    added = sum(entry.added for entry in entries)
    return ImportReport(
        dry_run=dry_run,
        added=added,
        refused=len(entries) - added,
        entries=entries,
        warnings=[ImportRemark(name=warning.name, detail=warning.detail) for warning in found.warnings],
    )


async def _entry(parts: Parts, spec: ServerSpec, *, dry_run: bool) -> ImportedEntry:
    try:
        if dry_run:
            specs.check(spec)
            if any(state.spec.name == spec.name for state in parts.mcp.servers()):
                raise ServerExists(spec.name)
            return ImportedEntry(name=spec.name, added=True)
        return ImportedEntry(name=spec.name, added=True, server=view_of(parts, await parts.mcp.add(spec)))
    except (InvalidServer, ServerExists) as problem:
        return ImportedEntry.refused(spec.name, problem)
