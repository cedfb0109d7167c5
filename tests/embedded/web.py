"""A tiny web service with a worker of its own; the manner `stubborn` ignores requests to end, `broken` ends
at once.
"""

import http.server
import json
import os
import signal
import subprocess
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name in the standard library
        pass


def main(port: int, manner: str) -> None:
    if manner == "broken":
        sys.exit(3)
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    worker = subprocess.Popen(["/bin/sleep", "60"], stdout=subprocess.DEVNULL)
    admin = bool({"CASEMGMT_MIGRATION_DATABASE_URL", "CASEMGMT_OF_HELPER"} & os.environ.keys())
    report = {
        "web": os.getpid(),
        "worker": worker.pid,
        "url": os.environ["CASEMGMT_DATABASE_URL"],
        "admin": admin,
    }
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
