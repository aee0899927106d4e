"""The one way to try and to check the program from a fresh checkout. The standard library is all it needs.

    python3 packaging/dev.py demo     try everything on a practice service on this computer: in the window, or by
                                      command line where there is no screen
    python3 packaging/dev.py test     check everything: format, lint, types, layers, security, tests, wheel, hygiene
    python3 packaging/dev.py lock     choose the dependencies anew and write requirements.lock

`py packaging/dev.py ...` on Windows. This file is only the door: it is kept so plain that an old Python can read it and
say that it is too old; the rest lies beside it.
"""

import sys
from pathlib import Path


def main() -> int:
    """Check Python's version, then hand over to commands.py."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the project needs 3.11; whoever starts this file may have less
        version = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write(
            f"This is Python {version}, and the program needs 3.11 or newer. With a newer one installed, run:\n"
            f"    python3.11 packaging/dev.py {' '.join(sys.argv[1:])}\n"
        )
        return 2
    # PYTHONSAFEPATH leaves out the folder of the started file.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from commands import main as run  # noqa: PLC0415 - an old Python cannot read it

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
