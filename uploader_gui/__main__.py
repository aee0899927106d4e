"""Where the program starts: `uploader-gui` and `python -m uploader_gui`."""

import sys

from uploader_gui.cli import main as command_line


def main() -> int:
    """Run the command line; gives the exit code."""
    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
