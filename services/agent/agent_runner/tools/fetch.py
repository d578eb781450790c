"""Fetch a page of the public internet."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
from kit.problems import Problem
from pydantic import Field

from agent_runner.core.ports import Tool
from agent_runner.core.types import ToolSpec
from agent_runner.tools.function_tool import Arguments, FunctionTool, schema_of
from agent_runner.tools.html_text import html_to_text
from agent_runner.tools.transport import CheckedTransport, Resolve, resolve_name

_TEXTUAL = ("text/", "json", "xml", "yaml", "javascript", "csv", "x-www-form-urlencoded", "x-sh", "toml")


class FetchFailed(Problem):
    """The page could not be had."""

    status = 424
    code = "fetch_failed"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Where a fetch stops: bytes of the page after decompression, seconds in all, redirects."""

    max_bytes: int = 1_048_576
    seconds: float = 20.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What came: the address after redirects, the status, the type without parameters, the text; `cut` if longer."""

    url: str
    status: int
    content_type: str
    title: str
    text: str
    cut: bool


class Fetcher:
    """Fetches by GET.

    Guarantee: each connection, also after a redirect, goes to an address that was checked just before, not to a name
    that could mean another by then. Private addresses are refused unless `allow_private`.
    """

    def __init__(
        self, *, allow_private: bool = False, limits: FetchLimits | None = None, resolve: Resolve | None = None
    ) -> None:
        self._limits = limits or FetchLimits()
        self._resolve = resolve or resolve_name
        self._allow_private = allow_private
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        """Close what is open."""
        if self._client is not None:
            await self._client.aclose()

    async def fetch(self, url: str) -> Page:
        """Get a page. Raises `AddressRefused` and `FetchFailed`."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._follow(_checked(url))
        except TimeoutError:
            raise FetchFailed(f"{url} took longer than {self._limits.seconds:g} s") from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise FetchFailed(f"{url} could not be fetched: {str(error) or type(error).__name__}") from None

    async def _follow(self, url: httpx.URL) -> Page:
        """By hand: the client would read the whole body of a redirect, however large it is."""
        at = url
        for _ in range(self._limits.redirects + 1):
            async with self._http().stream("GET", at) as response:
                if response.next_request is None:
                    return await self._page(response)
                at = response.next_request.url
        raise FetchFailed(f"{url} redirects more than {self._limits.redirects} times")

    async def _page(self, response: httpx.Response) -> Page:
        url = str(response.url)
        content_type = response.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
        if not any(word in content_type for word in _TEXTUAL):
            size = response.headers.get("content-length", "an unknown number of")
            raise FetchFailed(f"{url} is {content_type or 'untyped'}, not text ({size} bytes)")
        data, cut = await self._read(response)
        title, text = "", decode(data, response)
        if "html" in content_type:
            # a page of a million signs takes a second: not in the loop that all others wait for
            title, text = await asyncio.to_thread(html_to_text, text, url)
        return Page(url, response.status_code, content_type, title, text, cut)

    async def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        parts: list[bytes] = []
        left = self._limits.max_bytes
        async for data in _decompressed(response, self._limits.max_bytes + 1):
            parts.append(data[:left])
            left -= len(data)
            if left < 0:
                break
        return b"".join(parts), left < 0

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:  # 20 ms, when first needed
            self._client = httpx.AsyncClient(
                transport=CheckedTransport(self._resolve, allow_private=self._allow_private),
                headers={"User-Agent": "Binnacle", "Accept-Encoding": "gzip, deflate"},
                timeout=self._limits.seconds,
                trust_env=False,
            )
        return self._client


def decode(data: bytes, response: httpx.Response) -> str:
    """Text by the charset that the page declares, else as UTF-8; what does not fit is replaced."""
    declared = response.charset_encoding or _declared_inside(data) or "utf-8"
    try:
        return data.decode(declared, errors="replace")
    except (LookupError, UnicodeError):
        return data.decode(errors="replace")


def _declared_inside(data: bytes) -> str | None:
    head = data[:2_048].lower()
    at = head.find(b"charset=")
    if at < 0:
        return None
    word = head[at + 8 :].lstrip(b"\"' ")
    return word[
        : next((i for i, byte in enumerate(word) if not (chr(byte).isalnum() or byte in b"-_")), len(word))
    ].decode()


async def _decompressed(response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
    """The body, unpacked by ourselves: a few bytes must not become gigabytes before anybody counts them."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in {"", "identity"}:
        async for data in response.aiter_raw():
            yield data
        return
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise FetchFailed(f"{response.url} is compressed as {coding}, which was not asked for")
    unpack = zlib.decompressobj(wbits=47)  # the header says whether it is gzip or zlib
    try:
        async for data in response.aiter_raw():
            yield unpack.decompress(data, limit)
            if unpack.unconsumed_tail:
                return
    except zlib.error as error:
        raise FetchFailed(f"{response.url} cannot be unpacked: {error}") from None


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except UnicodeEncodeError:
        raise FetchFailed("the address is no valid text") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise FetchFailed(f"{text!r} is no http(s) address; give one such as https://example.org/page")
    if url.userinfo:
        raise FetchFailed("the address carries a name or password; those are not sent")
    return url


class FetchUrl(Arguments):
    """What to fetch."""

    url: str = Field(max_length=4_096, description="An http(s) address of the public internet")


def fetch_tool(fetcher: Fetcher) -> Tool:
    """The tool that fetches pages; it needs the network, so it is not read-only."""

    async def run(asked: FetchUrl) -> str:
        page = await fetcher.fetch(asked.url)
        title = f"\ntitle: {page.title}" if page.title else ""
        cut = "\n[the page is longer; this is its beginning]" if page.cut else ""
        return f"url: {page.url}\nstatus: {page.status}\ntype: {page.content_type}{title}\n\n{page.text}{cut}"

    description = "Fetch a web page or other text by its address."
    return FunctionTool(ToolSpec("fetch_url", description, schema_of(FetchUrl), timeout_s=30.0), FetchUrl, run)
