"""Secrets and personal data are gone before anything is stored; what is none stays."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracker.ingest.scrub import MAX_DEPTH, Scrubber

ALL = Scrubber(("secrets", "cards", "emails"))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("login failed: password=hunter2", "login failed: password=[redacted]"),
        ("PASSWORD: 'hunter 2' for jo", "PASSWORD: [redacted] for jo"),
        ('body {"api_key": "abc\\"def", "n": 1}', 'body {"api_key": [redacted], "n": 1}'),
        (r"body {\"authToken\": \"abc\"}", r"body {\"authToken\": [redacted]}"),
        ("db_password => geheim;", "db_password => [redacted];"),
        ("https://h/cb?access_token=abc&state=1#x", "https://h/cb?access_token=[redacted]&state=1#x"),
        ("q=client_secret%3Dabc", "q=client_secret%3D[redacted]"),
        ("postgres://jo:geheim@db:5432/app", "postgres://[redacted]@db:5432/app"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("sent with Bearer abcdefgh12345", "sent with Bearer [redacted]"),
        ("Basic dXNlcjpwYXNz was refused", "Basic [redacted] was refused"),
        ("Cookie: a=1; b=2\nHost: h", "Cookie: [redacted]\nHost: h"),
        ("Set-Cookie: sid=abc; Path=/", "Set-Cookie: [redacted]"),
        ("key sk-proj-abcdefghijklmnop1234 is wrong", "key [redacted] is wrong"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[redacted]"),
        ("AKIAIOSFODNN7EXAMPLE", "[redacted]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def-ghi", "[redacted]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- x", "[redacted] x"),
        ("jo.doe+x@example.org wrote to a@b.co", "[email] wrote to [email]"),
        ("user%40example.org", "[email]"),
        ("card 4111 1111 1111 1111 and 5555-5555-5555-4444", "card [card] and [card]"),
        ("amex 378282246310005", "amex [card]"),
    ],
)
def test_is_taken_out(text: str, kept: str) -> None:
    """By name, by shape, in URLs, headers, quoted JSON and plain text."""
    assert ALL.text(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
        "token_count=512 max_tokens=4096 session_id=ses_1 cookie_enabled: true",
        "the author: Jo, monkey=1, keyboard: qwerty, key=Enter",
        "render@https://host:8080/assets/main.js:10:5",
        "lodash@4.17.21 and foo@main.js:1:2",
        "ts=1764000000123 id 4111111111111112 sum 12345678901234567890",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "http://localhost:8080/runs/run_01jd8?status=failed",
        "risk-management-of-everything ghost_story hf_short",
        "",
    ],
)
def test_is_left_alone(text: str) -> None:
    """Ordinary messages, stacks and addresses stay readable."""
    assert ALL.text(text) == text


def test_members_with_secret_names_are_taken_out_whole() -> None:
    """Whatever is under a secret's name goes, whatever its type; flags and absences say nothing and stay."""
    value: dict[str, Any] = {
        "password": "x",
        "X-Api-Key": ["a", "b"],
        "auth": {"user": "jo"},
        "pin": {"cvv": 123},
        "token": None,
        "has_token": True,
        "headers": [{"Cookie": "a=b"}, "Authorization: Bearer abcdefgh"],
        "usage": {"input_tokens": 5, "token_count": 6},
        "bob@example.org": "mail",
    }
    assert ALL.value(value) == {
        "password": "[redacted]",
        "X-Api-Key": "[redacted]",
        "auth": "[redacted]",
        "pin": {"cvv": "[redacted]"},
        "token": None,
        "has_token": True,
        "headers": [{"Cookie": "[redacted]"}, "Authorization: [redacted]"],
        "usage": {"input_tokens": 5, "token_count": 6},
        "[email]": "mail",
    }


def test_names_can_be_added_and_kept() -> None:
    """What is a secret here and what is none can be told by name."""
    told = Scrubber(("secrets",), secret_names=("badge", "Room No"), kept_names=("CSRF",))
    assert told.value({"badge": "12", "csrf": "abc", "password": "x"}) == {
        "badge": "[redacted]",
        "csrf": "abc",
        "password": "[redacted]",
    }
    assert told.text("badge: 12 csrf=abc") == "badge: [redacted] csrf=abc"


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        ((), "password=x a@b.co 4111111111111111"),
        (("secrets",), "password=[redacted] a@b.co 4111111111111111"),
        (("emails",), "password=x [email] 4111111111111111"),
        (("cards",), "password=x a@b.co [card]"),
    ],
)
def test_each_kind_can_be_switched_off(what: tuple[str, ...], kept: str) -> None:
    """Only what is asked for is taken out."""
    assert Scrubber(what).text("password=x a@b.co 4111111111111111") == kept


def test_deep_values_end_in_a_word() -> None:
    """What is nested beyond the limit is replaced, what is above it stays."""
    deep: Any = "bottom"
    for _ in range(200):
        deep = {"in": [deep]}
    found: Any = ALL.value(deep)
    levels = 0
    while not isinstance(found, str):
        found = found["in"] if isinstance(found, dict) else found[0]
        levels += 1
    assert levels == MAX_DEPTH
    assert "deep" in found


@given(st.text())
def test_scrubbing_twice_changes_nothing_more(text: str) -> None:
    """What is left in is not mistaken for a secret the next time."""
    once = ALL.text(text)
    assert ALL.text(once) == once


@given(st.from_regex(r"[a-z]{1,20}[=:] ?[a-zA-Z0-9]{6,30}", fullmatch=True), st.text(alphabet="ab \n", max_size=20))
def test_a_password_never_survives(pair: str, around: str) -> None:
    """Wherever in a text it stands."""
    assert "hunter2xyz" not in ALL.text(f"{around} {pair} password=hunter2xyz {pair} {around}")


def test_huge_texts_are_quick() -> None:
    """A hundred thousand characters of anything take no noticeable time."""
    for piece in ("a=", "password=", "@", "://a", "4111 ", '"', "eyJ", "Cookie: ", "a.b@c.d", "bearer ", "----BEGIN "):
        assert len(ALL.text(piece * (100_000 // len(piece)))) > 0
