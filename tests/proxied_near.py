"""What the real proxy of the tests loads: every name leads to this computer, and is written down."""

import os
from pathlib import Path

from proxy.http.proxy import HttpProxyBasePlugin


class Near(HttpProxyBasePlugin):
    """Finds every name on this computer."""

    def resolve_dns(self, host: str, port: int) -> tuple[str, None]:
        """Where a name leads, and from which of our addresses."""
        with Path(os.environ["PROXY_ASKED"]).open("a") as file:
            file.write(f"{host}:{port}\n")
        return "127.0.0.1", None
