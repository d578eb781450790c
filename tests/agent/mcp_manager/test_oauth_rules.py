"""The pure decisions of a sign-in."""

import pytest
from agent_runner.mcp_manager import oauth_rules as rules
from kit.jsontypes import Json

REMOTE, HERE = "https://mcp.example.org/mcp", "http://localhost:3000/mcp"


@pytest.mark.parametrize(
    ("url", "server", "allowed"),
    [
        ("https://auth.example.org/token", REMOTE, True),
        ("https://auth.example.org/token", HERE, True),
        ("http://auth.example.org/token", REMOTE, False),
        ("http://auth.example.org/token", HERE, False),
        ("http://192.168.1.5/token", HERE, False),
        ("http://127.0.0.1:9000/token", HERE, True),
        ("http://[::1]:9000/token", HERE, True),
        ("http://auth.localhost/token", HERE, True),
        ("http://127.0.0.1:9000/token", REMOTE, False),
        ("https://localhost/token", REMOTE, False),
        ("https://0.0.0.0/token", REMOTE, False),
        ("https://[::ffff:127.0.0.1]/token", REMOTE, False),
        ("http://localhost.example.org/token", HERE, False),
        ("https://user:secret@auth.example.org/", REMOTE, False),
        ("javascript:alert(1)", REMOTE, False),
        ("file:///etc/passwd", HERE, False),
        ("https:///token", REMOTE, False),
        ("", REMOTE, False),
    ],
)
def test_where_a_sign_in_may_lead(url: str, server: str, allowed: bool) -> None:
    """TLS, or plain HTTP between programs of one machine; a server elsewhere leads nobody to this machine."""
    assert (rules.unsafe(url, server) is None) is allowed


@pytest.mark.parametrize(
    ("status", "challenge", "asks"),
    [
        (401, "", True),
        (401, 'Bearer error="invalid_token"', True),
        (403, 'Bearer error="insufficient_scope", scope="a"', True),
        (403, "Bearer error=insufficient_scope", True),
        (403, "", False),
        (403, 'Bearer error="insufficient_scopes"', False),
        (200, 'Bearer error="insufficient_scope"', False),
    ],
)
def test_what_asks_for_a_sign_in(status: int, challenge: str, asks: bool) -> None:
    """A refusal that no sign-in would change is the server's own answer."""
    assert rules.asks_for_sign_in(status, challenge) is asks


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"error": "invalid_grant", "error_description": "token abc is no good"}, "invalid_grant"),
        ({"error": "token abc is no good"}, None),
        ({"error": "x" * 61}, None),
        ({"error": 5}, None),
        ({}, None),
        ([], None),
        ("invalid_grant", None),
    ],
)
def test_what_is_repeated_of_a_refusal(body: Json, word: str | None) -> None:
    """Only a stable word: prose may quote secrets."""
    assert rules.refusal_word(body) == word
