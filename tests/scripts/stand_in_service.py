"""A service as the supervisor sees one: a port, /readyz, an end by SIGTERM, and ways to misbehave on demand."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME: str = globals()["NAME"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/die":
            os._exit(3)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())

    def log_request(self, code: object = "-", size: object = "-") -> None:
        sys.stderr.write(f"asked for {self.path}: {code} {size}\n")


def main() -> None:
    if sys.argv[1:] == ["login-link"]:
        sys.stdout.write("http://127.0.0.1:8080/login#CODE\n")
        return
    if os.environ.get("REFUSES_SETTINGS") == NAME:
        refuse()
    if os.environ.get("FAILS_TO_START") == NAME:
        sys.exit(3)
    signal.signal(
        signal.SIGTERM, signal.SIG_IGN if os.environ.get("IGNORES_SIGTERM") == NAME else lambda *_: sys.exit(143)
    )
    ThreadingHTTPServer(("127.0.0.1", int(os.environ[f"{NAME.upper()}_PORT"])), Handler).serve_forever()


def refuse() -> None:
    sys.stderr.write("SOME_SETTING: what it says is wrong; set it right\n")
    sys.exit(2)


main()
