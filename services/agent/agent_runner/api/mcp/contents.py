"""What a server offers beside its tools, and what it wrote."""

from fastapi import APIRouter
from kit.web import routing
from kit.web.pages import Page, PageQuery

from agent_runner.api.mcp.views import LogLineView, PromptView, ResourceView
from agent_runner.api.paging import page_by_name
from agent_runner.api.parts import PartsOf


def router() -> APIRouter:
    """`/api/v1/mcp/servers/{name}/…`."""
    routes = routing.router("/api/v1/mcp/servers", tag="mcp")

    @routes.get("/{name}/resources", summary="The resources that a server lists, by address")
    async def resources(name: str, parts: PartsOf, page: PageQuery) -> Page[ResourceView]:
        found, cursor = page_by_name(parts.mcp.resources(name), page, "mcp_resources", lambda resource: resource.uri)
        return Page(items=[ResourceView.of(resource) for resource in found], next_cursor=cursor)

    @routes.get("/{name}/prompts", summary="The prompts that a server offers, by name")
    async def prompts(name: str, parts: PartsOf, page: PageQuery) -> Page[PromptView]:
        found, cursor = page_by_name(parts.mcp.prompts(name), page, "mcp_prompts", lambda prompt: prompt.name)
        return Page(items=[PromptView.of(prompt) for prompt in found], next_cursor=cursor)

    @routes.get("/{name}/log", summary="The last lines that a server wrote, oldest first")
    async def log(name: str, parts: PartsOf) -> Page[LogLineView]:
        """Its standard error, its log messages, and what we noted; all that is kept, in one page."""
        return Page(items=[LogLineView.of(line) for line in parts.mcp.log_tail(name)])

    return routes
