"""What each consumer reads against what its producer describes."""

import re
from pathlib import Path
from typing import Any

import pytest
from dashboard.proxy.allow import AGENT, TRACKER, AllowList

from tests.contracts.wire import answer_schema, below, interface, may_be_null

Document = dict[str, Any]
JS = Path(__file__).parents[2] / "services/dashboard/web/js"

NOT_FOR_BROWSERS = {
    ("GET", "stream"),  # the hub listens, once for all pages
    ("POST", "mcp/oauth/callback"),  # the dashboard's own /oauth/callback hands it on
    ("POST", "events"),  # pages report to /api/track, which keeps them on disk
}


@pytest.mark.parametrize(("name", "table"), [("agent", AGENT), ("tracker", TRACKER)])
def test_proxy_allows_what_there_is(documents: dict[str, Document], name: str, table: str) -> None:
    """Each management call of the service passes, and nothing that it does not have."""
    allowed = {
        (method, re.sub(r"\{.*?\}", "{}", template.text))
        for template in AllowList(table).templates
        for method in template.methods - {"HEAD"}
    }
    described = {
        (method.upper(), re.sub(r"\{.*?\}", "{}", path.removeprefix("/api/v1/")))
        for path, item in documents[name]["paths"].items()
        for method in item
        if path.startswith("/api/v1/")
    }
    assert allowed == described - NOT_FOR_BROWSERS


# a script that has the token has no session; the page always has one
NEVER_NULL_FOR_A_PAGE = {("Session", "session_id"), ("Session", "expires_at")}

READS = [
    ("Run", "agent", "get", "/api/v1/runs", ["items", "[]"]),
    ("RunStats", "agent", "get", "/api/v1/runs/stats", []),
    ("RunDetail", "agent", "get", "/api/v1/runs/{run_id}", []),
    ("RunStep", "agent", "get", "/api/v1/runs/{run_id}", ["steps", "[]"]),
    ("ToolResult", "agent", "get", "/api/v1/runs/{run_id}", ["steps", "[]", "result"]),
    ("Usage", "agent", "get", "/api/v1/runs/{run_id}", ["usage"]),
    ("Fault", "agent", "get", "/api/v1/runs/{run_id}", ["error"]),
    ("Run", "agent", "post", "/api/v1/runs", []),
    ("RunEvent", "agent", "get", "/api/v1/runs/{run_id}/events", ["items", "[]"]),
    ("Approval", "agent", "get", "/api/v1/approvals", ["items", "[]"]),
    ("McpServer", "agent", "get", "/api/v1/mcp/servers", ["items", "[]"]),
    ("McpServer", "agent", "get", "/api/v1/mcp/servers/{name}", []),
    ("Breaker", "agent", "get", "/api/v1/mcp/servers/{name}", ["breaker"]),
    ("ServerTool", "agent", "get", "/api/v1/mcp/servers/{name}", ["tools", "[]"]),
    ("RefusedTool", "agent", "get", "/api/v1/mcp/servers/{name}", ["refused_tools", "[]"]),
    ("LogLine", "agent", "get", "/api/v1/mcp/servers/{name}/log", ["items", "[]"]),
    ("McpResource", "agent", "get", "/api/v1/mcp/servers/{name}/resources", ["items", "[]"]),
    ("McpPrompt", "agent", "get", "/api/v1/mcp/servers/{name}/prompts", ["items", "[]"]),
    ("ServerTest", "agent", "post", "/api/v1/mcp/servers/test", []),
    ("ServerTest", "agent", "post", "/api/v1/mcp/servers/{name}/test", []),
    ("ImportReport", "agent", "post", "/api/v1/mcp/import", []),
    ("ImportedEntry", "agent", "post", "/api/v1/mcp/import", ["entries", "[]"]),
    ("ImportRemark", "agent", "post", "/api/v1/mcp/import", ["warnings", "[]"]),
    ("Tool", "agent", "get", "/api/v1/tools", ["items", "[]"]),
    ("Tool", "agent", "get", "/api/v1/tools/{name}", []),
    ("CallResult", "agent", "post", "/api/v1/tools/{name}/call", []),
    ("Attachment", "agent", "post", "/api/v1/tools/{name}/call", ["attachments", "[]"]),
    ("Permission", "agent", "get", "/api/v1/permissions", ["items", "[]"]),
    ("ChatSession", "agent", "get", "/api/v1/sessions", ["items", "[]"]),
    ("Model", "agent", "get", "/api/v1/models", ["items", "[]"]),
    ("Component", "agent", "get", "/api/v1/health", ["components", "[]"]),
    ("Issue", "tracker", "get", "/api/v1/issues", ["items", "[]"]),
    ("IssueDetail", "tracker", "get", "/api/v1/issues/{issue_id}", []),
    ("ComponentStats", "tracker", "get", "/api/v1/components", ["items", "[]"]),
    ("Insights", "tracker", "get", "/api/v1/insights", []),
    ("UpstreamState", "dashboard", "get", "/api/status", ["agent"]),
    ("Session", "dashboard", "get", "/auth/session", []),
    ("Bootstrap", "dashboard", "get", "/api/bootstrap", []),
    ("Session", "dashboard", "get", "/api/bootstrap", ["session", "data"]),
    ("UpstreamState", "dashboard", "get", "/api/bootstrap", ["status", "data", "tracker"]),
    ("Part", "dashboard", "get", "/api/bootstrap", ["runs"]),
    ("Preferences", "dashboard", "get", "/api/preferences", []),
]


@pytest.mark.parametrize(("read", "service", "method", "path", "steps"), READS)
def test_page_finds_the_fields_it_reads(
    documents: dict[str, Document], read: str, service: str, method: str, path: str, steps: list[str]
) -> None:
    """Each field that the page counts on is in the answer, and where the answer may be null the page knows it."""
    document = documents[service]
    schema = below(document, answer_schema(document, method, path), *steps)
    fields = interface(read)
    assert fields, read
    missing = [field.name for field in fields if not field.optional and field.name not in schema["properties"]]
    assert missing == []
    surprising = [
        field.name
        for field in fields
        if not (field.optional or field.nullable) and may_be_null(schema["properties"][field.name])
    ]
    # a script that has the token has no session; the page always has one
    assert [
        name for name in surprising if (read, name) not in {("Session", "session_id"), ("Session", "expires_at")}
    ] == []


def test_page_calls_only_what_passes() -> None:
    """Each path of the agent and the tracker in the page's source is on the proxy's list."""
    lists = {"agent": AllowList(AGENT), "tracker": AllowList(TRACKER)}
    called = re.compile(r"['`]/api/(agent|tracker)/([^'`?]+)")
    unknown: list[str] = []
    for file in sorted(JS.rglob("*.js")):
        for service, path in called.findall(file.read_text(encoding="utf-8")):
            plain = re.sub(r"\$\{[^}]*\}", "x", path)
            if not any(template.fits(tuple(plain.split("/"))) for template in lists[service].templates):
                unknown.append(f"{file.name}: {path}")
    assert unknown == []


def test_dashboard_reads_what_there_is(documents: dict[str, Document]) -> None:
    """What the hub listens to and the first screen asks for exists, with the filters it uses."""
    agent, tracker = documents["agent"]["paths"], documents["tracker"]["paths"]
    for paths, path in (
        (agent, "/api/v1/stream"),
        (tracker, "/api/v1/stream"),
        (agent, "/api/v1/runs/{run_id}/events"),
    ):
        answer = paths[path]["get"]["responses"]["200"]["content"]
        assert "text/event-stream" in answer
        assert any(p["name"].lower() == "last-event-id" for p in paths[path]["get"]["parameters"])
    assert "get" in agent["/api/v1/health"]
    assert "limit" in {p["name"] for p in agent["/api/v1/runs"]["get"]["parameters"]}
    issues = {p["name"]: p["schema"] for p in tracker["/api/v1/issues"]["get"]["parameters"]}
    assert "open" in issues["state"]["items"]["enum"]
    assert "last_seen" in issues["sort"]["enum"]
    assert issues["limit"]["maximum"] >= 20
