"""Files that another program keeps open in such a way that nobody else may read them: on Windows, every day.

Elsewhere locks are a matter among those who ask for them, and keep nobody from reading.
"""

import ctypes
import sys

_SHARING_VIOLATION, _LOCK_VIOLATION = 32, 33
"""https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-"""
_GENERIC_READ = 0x80000000
_SHARE_ALL = 0x7
_OPEN_EXISTING = 3
_NO_HANDLE = ctypes.c_void_p(-1).value


def is_locked(error: OSError, path: str) -> bool:
    """Whether a file could not be read because another program has it open, or a part of it locked.

    Python's `open` and `read` go through the C library, which makes one EACCES of a file that is open elsewhere and of
    one that may not be read (https://learn.microsoft.com/cpp/c-runtime-library/errno-constants); so the system itself
    is asked.

    Args:
        error: What opening or reading it raised.
        path: Where it lies.
    """
    code = getattr(error, "winerror", None)
    if code is None and isinstance(error, PermissionError):
        code = _asked(path)
    return code in {_SHARING_VIOLATION, _LOCK_VIOLATION}


def _asked(path: str) -> int | None:
    """Why Windows does not open a file; None elsewhere."""
    if sys.platform != "win32":
        return None
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    # What Python was refused is asked for once more, and given back at once.
    handle = kernel.CreateFileW(
        ctypes.c_wchar_p(path), ctypes.c_uint(_GENERIC_READ), _SHARE_ALL, None, _OPEN_EXISTING, 0, None
    )
    if handle == _NO_HANDLE:
        return int(ctypes.get_last_error())
    kernel.CloseHandle(ctypes.c_void_p(handle))
    # It opens, and what is in it may not be read: a part of it is locked.
    return _LOCK_VIOLATION
