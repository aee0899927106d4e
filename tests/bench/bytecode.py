"""Python's bytecode for the programs that a benchmark starts: an installed program has it, a checkout may not."""

import atexit
import functools
import os
import shutil
import tempfile


@functools.cache
def _folder() -> str:
    folder = tempfile.mkdtemp(prefix="uploader-bench-")
    atexit.register(shutil.rmtree, folder)
    return folder


def environment(**more: str) -> dict[str, str]:
    """This process's environment for another one: Python keeps what it compiles in a folder of this run's own.

    Args:
        more: What is added.
    """
    given = {**os.environ, **more, "PYTHONPYCACHEPREFIX": _folder()}
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return given
