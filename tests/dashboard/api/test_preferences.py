"""Preferences of the page."""

import httpx


async def test_named_keys_are_replaced(page: httpx.AsyncClient) -> None:
    """The others stay; null sets one back."""
    assert (await page.get("/api/preferences")).json() == {}
    views = {"runs": {"status": "failed", "n": [1, 2.5, None]}}
    answer = await page.put("/api/preferences", json={"theme": "dark", "pinned": ["chat"], "views": views})
    assert answer.json() == {"theme": "dark", "pinned": ["chat"], "views": views}
    answer = await page.put("/api/preferences", json={"theme": None, "start_tab": "insights"})
    assert answer.json() == {"theme": None, "pinned": ["chat"], "views": views, "start_tab": "insights"}
    assert (await page.get("/api/preferences")).json() == answer.json()
    assert (await page.get("/api/bootstrap")).json()["preferences"]["data"] == answer.json()


ODD_PREFERENCES = [
    (b'{"theme": "pink"}', 422),
    (b'{"colour": "blue"}', 422),
    (b'{"pinned": "chat"}', 422),
    (b'{"pinned": [""]}', 422),
    (b'{"pinned": [' + b'"a",' * 200 + b'"a"]}', 422),
    (b'{"views": []}', 422),
    (b'{"views": {"a": "' + b"x" * 70_000 + b'"}}', 422),
    (b'{"views": {"a": 123456789012345678901234567890}}', 422),
    (b'{"views": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}", 400),
    (b'{"start_tab": 5}', 422),
    (b"[]", 422),
    (b'{"theme"', 400),
    (b"x" * (10 << 20), 413),
]


async def test_odd_preferences_are_refused(page: httpx.AsyncClient) -> None:
    """With a problem that says what is wrong; nothing is changed."""
    for body, status in ODD_PREFERENCES:
        answer = await page.put("/api/preferences", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status
        assert answer.json()["detail"]
        assert (await page.get("/api/preferences")).json() == {}


async def test_odd_text_is_repaired(page: httpx.AsyncClient) -> None:
    """NUL and lone surrogates come back as a replacement character."""
    body = b'{"start_tab": "a\\u0000b\\ud800", "views": {"k\\udfff": NaN}}'
    answer = await page.put("/api/preferences", content=body, headers={"Content-Type": "application/json"})
    assert answer.json() == {"start_tab": "a\ufffdb\ufffd", "views": {"k\ufffd": None}}
