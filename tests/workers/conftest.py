"""The workers' tests. Those that need Qt are marked slow, and not collected where its libraries are not there."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    import PySide6.QtWidgets  # noqa: F401 - only whether it can be had
except ImportError:
    collect_ignore = [
        path.name for path in Path(__file__).parent.glob("test_*.py") if "PySide6" in path.read_text(encoding="utf-8")
    ]
