"""Qt is read without what its binding does to imports."""

import subprocess
import sys


def test_python_s_own_import_stays() -> None:
    """After Qt was read no module's source is looked into: nothing of it is kept, and `import` is Python's own."""
    program = (
        "import builtins, linecache\n"
        "plain = builtins.__import__\n"
        "from uploader_gui.workers.reading_qt import read_qt\n"
        "application = read_qt()\n"
        "from uploader_gui.workers import desk\n"
        "print(builtins.__import__ is plain, [one for one in linecache.cache if 'desk.py' in one])\n"
        "application([])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    assert ran.stdout.strip() == "True []"
