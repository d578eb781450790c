"""The dashboard's proxy against nginx: the same JSON from the same upstream."""

import json
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.load import Load, need, wrk
from bench.processes import TOKEN, Running, free_port, service, started
from bench.report import Figure, ms, show, times

_CONNECTIONS = 10
_PATH = "/api/v1/models"
_OURS = "/api/agent/models"
_ROUNDS = 3
_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/nginx-access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream agent {{ server {upstream}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://agent; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host localhost; proxy_set_header Authorization "Bearer {token}";
    }}
  }}
}}
"""


def run(seconds: float) -> None:
    """Measure proxied JSON, with the session check, the allow-list, metrics and the access log on.

    Both by turns, and of each the best of three rounds: what else runs on the machine then spoils neither alone.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            upstream(folder) as fixed,
            nginx(folder, fixed) as other,
            service(
                "DASHBOARD", "dashboard", folder, AGENT_URL=fixed.url, TRACKER_URL=fixed.url, DASHBOARD_PASSWORD=TOKEN
            ) as ours,
        ):
            cookie = {"Cookie": login(ours)}
            rounds = [
                (_load(f"{other.url}{_PATH}", seconds), _load(f"{ours.url}{_OURS}", seconds, cookie))
                for _ in range(_ROUNDS)
            ]
    base, mine = (max(loads, key=lambda load: load.per_second) for loads in zip(*rounds, strict=True))
    slower = base.per_second / mine.per_second
    show(
        "Dashboard: proxied JSON, 10 connections",
        [
            Figure(
                f"answers a second ({mine.errors} errors)",
                f"{mine.per_second:,.0f}",
                f"nginx {base.per_second:,.0f}",
                f"{slower:.1f}x slower",
                "≤ 12x slower",
                slower <= 12 and mine.errors == 0,
            ),
            Figure(
                "p99", ms(mine.p99), f"nginx {ms(base.p99)}", times(mine.p99, base.p99), "≤ 5 ms", mine.p99 <= 0.005
            ),
        ],
    )


def _load(url: str, seconds: float, headers: Mapping[str, str] | None = None) -> Load:
    return wrk(url, connections=_CONNECTIONS, seconds=seconds, headers=headers)


@contextmanager
def upstream(folder: Path) -> Iterator[Running]:
    """A second nginx that answers a fixed document: fast enough not to be what is measured."""
    port = free_port()
    document = json.dumps({"items": [{"id": f"m{n}", "available": True} for n in range(20)], "next_cursor": None})
    configuration = _FIXED.format(folder=folder, port=port, document=document)
    yield from _nginx(folder, "fixed", configuration, port)


@contextmanager
def nginx(folder: Path, fixed: Running) -> Iterator[Running]:
    """The peer: nginx with one worker and kept-alive connections to the upstream."""
    port = free_port()
    configuration = _NGINX.format(folder=folder, port=port, token=TOKEN, upstream=fixed.url.removeprefix("http://"))
    yield from _nginx(folder, "peer", configuration, port)


_FIXED = """
daemon off; worker_processes 1; pid {folder}/fixed.pid; error_log {folder}/fixed-error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{document}'; }}
  }}
}}
"""


def _nginx(folder: Path, name: str, configuration: str, port: int) -> Iterator[Running]:
    path = folder / f"{name}.conf"
    path.write_text(configuration, encoding="utf-8")
    command = [need("nginx", "nginx-light"), "-c", str(path), "-e", str(folder / f"{name}-start.log")]
    with started(command, port, "/", {}, folder / f"{name}.log") as running:
        yield running


def login(dashboard: Running) -> str:
    """Log in with the password and give the cookie."""
    request = urllib.request.Request(
        f"{dashboard.url}/auth/login",
        data=json.dumps({"password": TOKEN}).encode(),
        headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.headers["Set-Cookie"]).partition(";")[0]
