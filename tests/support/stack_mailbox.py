"""The demonstration's mailbox as a process of its own: `python -m tests.support.stack_mailbox FOLDER PORT`."""

from __future__ import annotations

import sys
from pathlib import Path

from waitress import serve
from werkzeug.middleware.proxy_fix import ProxyFix

from deploy.embedded.mailbox import create_mailbox

if __name__ == "__main__":
    mailbox = create_mailbox(Path(sys.argv[1]))
    mailbox.add_url_rule("/healthz", view_func=lambda: "ok\n", endpoint="healthz")
    serve(
        ProxyFix(mailbox.wsgi_app, x_for=1, x_prefix=1), host="127.0.0.1", port=int(sys.argv[2]), threads=4, ident=None
    )
