"""Fetching pages: what comes back, what is refused, and that no name leads to a private address."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest
import respx
from agent_runner.core.types import Failure
from agent_runner.tools.fetch import Fetcher, FetchFailed, FetchLimits, fetch_tool
from agent_runner.tools.transport import AddressRefused

from tests.agent.tools.calling import use
from tests.agent.tools.sockets import listening

PUBLIC = "93.184.216.34"


class Names:
    """A name service of the test's making: each question takes the next answer, the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._answers:
            return [host] if host[:1].isdigit() or ":" in host else []
        answers = self._answers[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
async def fetcher() -> AsyncGenerator[Fetcher]:
    made = Fetcher(resolve=Names(e_org=[[PUBLIC]], two_org=[[PUBLIC]]), limits=FetchLimits(max_bytes=1_000, seconds=5))
    yield made
    await made.aclose()


def page(content: bytes | str = "hello", **headers: str) -> httpx.Response:
    data = content.encode() if isinstance(content, str) else content
    return httpx.Response(200, content=data, headers={"Content-Type": "text/plain", **headers})


@respx.mock
async def test_a_page_is_fetched_from_the_address_that_was_checked(fetcher: Fetcher) -> None:
    """The connection goes to the address, the request and the certificate are the name's."""
    route = respx.get(f"https://{PUBLIC}/x?q=1").mock(return_value=page())
    got = await fetcher.fetch("https://e.org/x?q=1")
    assert (got.url, got.status, got.text, got.cut) == ("https://e.org/x?q=1", 200, "hello", False)
    request = route.calls.last.request
    assert request.headers["Host"] == "e.org"
    assert request.extensions["sni_hostname"] == "e.org"


@respx.mock
async def test_html_becomes_text(fetcher: Fetcher) -> None:
    """With its title, and links made whole."""
    html = "<title>T</title><h1>Hi</h1><a href='/more'>more</a>"
    respx.get(f"https://{PUBLIC}/").mock(return_value=page(html, **{"Content-Type": "text/html; charset=utf-8"}))
    answer = await use(fetch_tool(fetcher), '{"url": "https://e.org/"}')
    assert isinstance(answer, str)
    assert answer.startswith("url: https://e.org/\nstatus: 200\ntype: text/html\ntitle: T\n\n# Hi\n")
    assert "more (https://e.org/more)" in answer


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("ü".encode("latin-1"), "text/plain; charset=iso-8859-1", "ü"),
        ("ü".encode(), "text/plain; charset=nonsense", "ü"),
        ("ü".encode(), "text/plain", "ü"),
        ("<meta charset='windows-1252'>ü".encode("cp1252"), "text/html", "ü"),
        (b"\xff\xfe", "text/plain", "\ufffd\ufffd"),
        (b'{"a": 1}', "application/json", '{"a": 1}'),
    ],
)
@respx.mock
async def test_charsets(fetcher: Fetcher, data: bytes, content_type: str, text: str) -> None:
    """By the header, by the page itself, else UTF-8; what does not fit is replaced."""
    respx.get(f"https://{PUBLIC}/").mock(return_value=page(data, **{"Content-Type": content_type}))
    assert (await fetcher.fetch("https://e.org/")).text == text


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]:8081/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://internal.org/",
        "http://mixed.org/",
        "https://internal.org:8443/",
    ],
)
async def test_private_addresses_are_refused(url: str) -> None:
    """Written out or behind a name, also when only one of several is private; nothing is sent."""
    names = Names(internal_org=[["10.0.0.1"]], mixed_org=[[PUBLIC, "127.0.0.1"]])
    fetcher = Fetcher(resolve=names)
    with (
        respx.mock(assert_all_called=False) as network,
        pytest.raises(AddressRefused, match="only the public internet"),
    ):
        await fetcher.fetch(url)
    assert network.calls.call_count == 0
    await fetcher.aclose()


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "LOCALHOST", "127.0.0.1."])
async def test_loopback_in_disguise_is_refused(host: str) -> None:
    """Whatever the operating system takes for this machine is this machine."""
    fetcher = Fetcher()
    with pytest.raises((AddressRefused, FetchFailed)):
        await fetcher.fetch(f"http://{host}:1/")
    await fetcher.aclose()


@respx.mock
async def test_a_name_is_resolved_once() -> None:
    """A name that turns private after the check gains nothing: the connection went to what was checked."""
    names = Names(rebind_org=[[PUBLIC], ["127.0.0.1"]])
    route = respx.get(f"http://{PUBLIC}/").mock(return_value=page())
    fetcher = Fetcher(resolve=names)
    assert (await fetcher.fetch("http://rebind.org/")).text == "hello"
    assert (route.call_count, names.asked) == (1, ["rebind.org"])
    with pytest.raises(AddressRefused):
        await fetcher.fetch("http://rebind.org/")
    await fetcher.aclose()


@pytest.mark.parametrize("target", ["http://127.0.0.1/admin", "http://internal.org/", "file:///etc/passwd"])
@respx.mock
async def test_redirects_are_checked_too(target: str) -> None:
    """A public page cannot send us inside."""
    respx.get(f"http://{PUBLIC}/").respond(302, headers={"Location": target})
    fetcher = Fetcher(resolve=Names(e_org=[[PUBLIC]], internal_org=[["192.168.0.1"]]))
    with pytest.raises((AddressRefused, FetchFailed)):
        await fetcher.fetch("http://e.org/")
    await fetcher.aclose()


@respx.mock
async def test_redirects_are_followed(fetcher: Fetcher) -> None:
    """Also relative ones, by the name and not by the address; the page's own address is told."""
    respx.get(f"http://{PUBLIC}/a").respond(302, headers={"Location": "/b"})
    respx.get(f"http://{PUBLIC}/b").respond(301, headers={"Location": "http://two.org/c"})
    respx.get(f"http://{PUBLIC}/c").mock(return_value=page())
    assert (await fetcher.fetch("http://e.org/a")).url == "http://two.org/c"


@respx.mock
async def test_endless_redirects_end(fetcher: Fetcher) -> None:
    """With a reason."""
    respx.get(f"http://{PUBLIC}/").respond(302, headers={"Location": "/"})
    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        await fetcher.fetch("http://e.org/")


@respx.mock
async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """A name with a dead IPv6 address still works."""
    respx.get("http://[2606:4700::1]/").mock(side_effect=httpx.ConnectError("unreachable"))
    respx.get(f"http://{PUBLIC}/").mock(return_value=page())
    fetcher = Fetcher(resolve=Names(e_org=[["2606:4700::1", PUBLIC]]))
    assert (await fetcher.fetch("http://e.org/")).text == "hello"
    await fetcher.aclose()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncGenerator[str]:
    """A real server that gives these answers in turn; its address."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left.pop(0))
        await writer.drain()

    async with listening(answer) as address:
        yield f"http://{address}/"


@pytest.fixture
async def at_home() -> AsyncGenerator[Fetcher]:
    """May fetch from this machine."""
    made = Fetcher(allow_private=True, limits=FetchLimits(max_bytes=1_000, seconds=5))
    yield made
    await made.aclose()


def raw(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"{key.replace('_', '-')}: {value}" for key, value in {"Content_Type": "text/plain", **headers}.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


BOMB = b"x" * 20_000_000


@pytest.mark.parametrize(
    "answer",
    [
        raw(b"x" * 5_000),
        raw(gzip.compress(BOMB), Content_Encoding="gzip"),
        raw(zlib.compress(BOMB), Content_Encoding="deflate"),
    ],
    ids=["plain", "gzip", "deflate"],
)
async def test_long_pages_are_cut(at_home: Fetcher, answer: bytes) -> None:
    """At so many bytes of text, however well they were packed."""
    async with serving(answer) as url:
        got = await at_home.fetch(url)
    assert (got.text, got.cut) == ("x" * 1_000, True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (raw(b"x", Content_Encoding="br"), "compressed as br"),
        (raw(b"x", Content_Encoding="zstd"), "compressed as zstd"),
        (raw(b"not packed", Content_Encoding="gzip"), "cannot be unpacked"),
        (raw(b"x", Content_Type="image/png"), "image/png, not text"),
        (raw(b"x", Content_Type=""), "untyped, not text"),
        (b"nonsense\r\n\r\n", "could not be fetched"),
        (b"", "could not be fetched"),
    ],
)
async def test_what_cannot_be_read_is_told(at_home: Fetcher, answer: bytes, said: str) -> None:
    """Images, packings that were not asked for, and what is no HTTP."""
    async with serving(answer) as url:
        with pytest.raises(FetchFailed, match=said):
            await at_home.fetch(url)


async def test_the_body_of_a_redirect_is_not_read(at_home: Fetcher) -> None:
    """However large it says it is."""
    endless = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 99999999999\r\n\r\nx"
    async with serving(endless, raw(b"here")) as url:
        assert (await at_home.fetch(url)).text == "here"


async def test_an_error_page_is_a_page(at_home: Fetcher) -> None:
    """With its status; the model decides what it means."""
    async with serving(raw(b"nope!", "404 Not Found")) as url:
        got = await at_home.fetch(url.replace("127.0.0.1", "localhost"))
    assert (got.status, got.text) == (404, "nope!")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://e.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "e.org",
        "",
        "http://",
        "http://user:secret@e.org/",
        "http://e.org:99999/",
        "http://[::1/",
        "http://e .org/",
        "http://" + "x" * 300 + ".org/",
        "http://unknown.org/",
        "\ud800",
    ],
)
async def test_odd_addresses_are_a_clear_failure(fetcher: Fetcher, url: str) -> None:
    """Never a crash."""
    with pytest.raises(FetchFailed):
        await fetcher.fetch(url)


async def test_a_page_that_never_ends_is_given_up() -> None:
    """The time limit is for all of it."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    fetcher = Fetcher(allow_private=True, limits=FetchLimits(seconds=0.2))
    async with listening(drip) as address:
        with pytest.raises(FetchFailed, match=r"longer than 0\.2 s"):
            await fetcher.fetch(f"http://{address}/")
    await fetcher.aclose()


async def test_the_model_reads_why(fetcher: Fetcher) -> None:
    """Codes are stable words, and fetching is not free to run."""
    tool = fetch_tool(fetcher)
    failure = await use(tool, '{"url": "http://127.0.0.1/"}')
    assert isinstance(failure, Failure)
    assert failure.code == "address_refused"
    assert not tool.spec.read_only
