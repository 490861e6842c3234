"""Serves the example: any path that is no file is answered with index.html, as front ends are served everywhere.

python3 docs/client/serve.py [PORT [ADDRESS OF THE API]]
"""

import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
API = "http://localhost:5000"


class Pages(SimpleHTTPRequestHandler):
    api = API

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.lstrip("/")
        if name in {"app.js", "app.css"}:
            super().do_GET()
        else:
            self._answer_page((HERE / "index.html").read_text().replace(API, self.api).encode())

    def log_request(self, *_: object) -> None:
        """Links hold secrets: none is written down."""

    def _answer_page(self, page: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


def server(port: int, api: str) -> ThreadingHTTPServer:
    """On this machine only."""
    handler = type("Handler", (Pages,), {"api": api})
    return ThreadingHTTPServer(("127.0.0.1", port), lambda *about: handler(*about, directory=str(HERE)))


if __name__ == "__main__":
    port, api = (*sys.argv[1:], *["3000", API][len(sys.argv) - 1 :])[:2]
    print(f"http://localhost:{port} for the API at {api}")
    server(int(port), api).serve_forever()
