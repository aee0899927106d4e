"""Python imports this by itself in the processes that tests start (see conftest: PYTHONPATH)."""

import network_guard

network_guard.install()
