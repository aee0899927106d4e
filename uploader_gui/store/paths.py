"""Where the program's own files lie. `UPLOADER_GUI_HOME` moves all of them."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME = "UPLOADER_GUI_HOME"
NAME = "uploader-gui"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The program's folders."""

    data: Path
    config: Path
    cache: Path
    logs: Path


def places() -> Places:
    """Find the folders; they need not be there yet."""
    home = os.environ.get(HOME)
    if home:
        root = Path(home).expanduser().absolute()
        return Places(data=root / "data", config=root / "config", cache=root / "cache", logs=root / "logs")
    dirs = platformdirs.PlatformDirs(NAME, appauthor=False)
    return Places(
        data=dirs.user_data_path, config=dirs.user_config_path, cache=dirs.user_cache_path, logs=dirs.user_log_path
    )


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
