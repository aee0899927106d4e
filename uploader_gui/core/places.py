"""Where the program's own resources lie."""

from pathlib import Path


def resources() -> Path:
    """Find the folder of service files, icons and translations: beside the package in a checkout, else inside it."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"
