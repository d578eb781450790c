"""Configurations of other clients, as people paste them."""

import pytest
from agent_runner.mcp_manager.errors import InvalidServer
from agent_runner.mcp_manager.importer import Imported, read_config
from agent_runner.mcp_manager.types import NewSecret, ServerSpec
from kit.jsontypes import Json


def only(imported: Imported) -> ServerSpec:
    assert imported.problems == ()
    (spec,) = imported.specs
    return spec


def test_claude_desktop() -> None:
    """A command with arguments and variables; a key in it is taken for a secret."""
    spec = only(
        read_config(
            {
                "mcpServers": {
                    "github": {
                        "command": "npx",
                        "args": ["-y", "server-github"],
                        "env": {"GITHUB_TOKEN": "ghp_abcdef123456", "LOG_LEVEL": "debug", "PORT": 8080},
                    }
                }
            }
        )
    )
    assert (spec.transport, spec.command, spec.args, spec.enabled) == ("stdio", "npx", ("-y", "server-github"), True)
    assert spec.env == {"GITHUB_TOKEN": NewSecret("ghp_abcdef123456"), "LOG_LEVEL": "debug", "PORT": "8080"}
    assert "ghp_" not in repr(spec)


def test_cursor() -> None:
    """Remote by its url alone, with its way to name variables."""
    imported = read_config(
        {
            "mcpServers": {
                "a": {"url": "https://a.example/mcp", "headers": {"Authorization": "Bearer ${env:A_TOKEN}"}},
                "b": {"url": "https://b.example/sse"},
                "c": {"command": "c", "disabled": True},
            }
        }
    )
    a, b, c = imported.specs
    assert (a.transport, a.headers) == ("http", {"Authorization": "Bearer ${A_TOKEN}"})
    assert b.transport == "sse"
    assert not c.enabled


def test_vs_code() -> None:
    """Inputs are left to be filled in: the server comes disabled, and says what it waits for."""
    imported = read_config(
        {
            "inputs": [{"type": "promptString", "id": "key", "password": True}],
            "servers": {
                "p": {
                    "type": "stdio",
                    "command": "uvx",
                    "args": ["p"],
                    "env": {"KEY": "${input:key}", "HOMES": "${userHome}"},
                },
                "q": {"type": "http", "url": "https://q.example/mcp"},
            },
        }
    )
    p, q = imported.specs
    assert (p.enabled, p.env) == (False, {"HOMES": "${HOME}"})
    assert [warning.detail for warning in imported.warnings] == [
        "env.KEY: waits for a value; set it, then enable the server"
    ]
    assert (q.transport, q.enabled) == ("http", True)


def test_vs_code_settings() -> None:
    """The servers stand under `mcp` there."""
    assert only(read_config({"mcp": {"servers": {"p": {"command": "p"}}}})).name == "p"


def test_librechat() -> None:
    """Its types, and fields that mean nothing here."""
    imported = read_config(
        {
            "mcpServers": {
                "one": {
                    "type": "streamable-http",
                    "url": "https://one.example/mcp",
                    "timeout": 60000,
                    "chatMenu": False,
                },
                "two": {"type": "sse", "url": "http://two.example/sse", "headers": {"X-User": "{{LIBRECHAT_USER_ID}}"}},
                "three": {"type": "websocket", "url": "ws://three.example"},
            }
        }
    )
    assert [(spec.name, spec.transport, spec.enabled) for spec in imported.specs] == [
        ("one", "http", True),
        ("two", "sse", False),
    ]
    assert [(problem.name, "websocket" in problem.detail) for problem in imported.problems] == [("three", True)]


def test_servers_alone() -> None:
    """Without anything around them."""
    assert only(read_config({"time": {"command": "uvx", "args": ["mcp-server-time"]}})).command == "uvx"


@pytest.mark.parametrize(
    ("entry", "command", "args"),
    [
        ({"command": "npx -y 'a b'"}, "npx", ("-y", "a b")),
        ({"command": ["npx", "-y"], "args": ["a"]}, "npx", ("-y", "a")),
        ({"command": "cmd", "args": ["/c", "npx", "a"]}, "npx", ("a",)),
        ({"command": "/opt/my server", "args": ["a"]}, "/opt/my server", ("a",)),
    ],
)
def test_commands_in_other_forms(entry: Json, command: str, args: tuple[str, ...]) -> None:
    """One line, one list, and with the shell that Windows needs."""
    spec = only(read_config({"mcpServers": {"a": entry}}))
    assert (spec.command, spec.args) == (command, args)


def test_names_are_made_usable() -> None:
    """And said so; two that become one are a problem of the second."""
    imported = read_config({"mcpServers": {"My server!": {"command": "a"}, "My server?": {"command": "b"}}})
    assert [spec.name for spec in imported.specs] == ["My-server"]
    assert [warning.name for warning in imported.warnings] == ["My server!"]
    assert [problem.name for problem in imported.problems] == ["My server?"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (None, "object"),
        ({}, "url"),
        ({"command": ""}, "url"),
        ({"command": 5}, "command"),
        ({"type": "stdio"}, "command"),
        ({"command": "a", "args": "b"}, "args"),
        ({"command": "a 'b"}, "command"),
        ({"command": "a", "env": ["b"]}, "env"),
        ({"command": "a", "env": {"B": {"c": 1}}}, "env.B"),
        ({"command": "a", "env": {"B=C": "d"}}, "env"),
        ({"command": "a", "env": {"BINNACLE_TOKEN": "d"}}, "agent's own"),
        ({"command": "a\0"}, "NUL"),
        ({"url": 5}, "url"),
        ({"url": "file:///etc/passwd"}, "http"),
        ({"url": "http://"}, "host"),
        ({"url": "http://[::1"}, "url"),
        ({"url": "http://a:b@c/"}, "header"),
        ({"url": "http://a", "headers": {"A b": "c"}}, "headers"),
        ({"url": "http://a", "headers": {"A": "b\r\nC: d"}}, "line break"),
        ({"type": "carrier-pigeon", "url": "http://a"}, "carrier-pigeon"),
        ({"type": ["stdio"], "command": "a"}, "stdio"),
    ],
)
def test_bad_entry_is_named_and_costs_no_other(entry: Json, says: str) -> None:
    """With a sentence about what is wrong."""
    imported = read_config({"mcpServers": {"bad": entry, "good": {"command": "a"}}})
    assert [spec.name for spec in imported.specs] == ["good"]
    (problem,) = imported.problems
    assert problem.name == "bad"
    assert says in problem.detail


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"mcpServers": []}, {"a": 1}, {"mcpServers": {str(n): {} for n in range(501)}}]
)
def test_what_is_no_configuration_is_refused(document: Json) -> None:
    """As a whole."""
    with pytest.raises(InvalidServer):
        read_config(document)
