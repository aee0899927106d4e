"""Files whose content is kept in a cloud and not on this disk: told apart by what the system says of them, unread.

Reading such a file makes the system fetch it, for minutes and on whatever network there is; so it is never opened.

Not told apart: what is mounted as a disk (rclone, a network drive, Google Drive's streamed one). The system says of its
files that they are here, and they are read as any other.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import PurePath

# https://learn.microsoft.com/windows/win32/fileio/file-attribute-constants
_RECALL_ON_OPEN = 0x40000
"""Only together with a reparse point: alone the same bit says that a file has extended attributes, as those of WSL."""
_RECALL_ON_DATA_ACCESS = 0x400000
_DATALESS = 0x40000000
"""SF_DATALESS of macOS: chflags(2), https://developer.apple.com/documentation/technotes/tn3150"""

# Where their clients have no file system of their own, they put a file of one byte in the place of each that is not
# here: APPLICATION_VIRTUALFILE_SUFFIX in https://github.com/nextcloud/desktop and https://github.com/owncloud/client.
_SUFFIXES = {".nextcloud": "Nextcloud", ".owncloud": "ownCloud"}

# The folders that File Provider makes in ~/Library/CloudStorage are called so, or begin so before a hyphen.
_PROVIDERS = {"OneDrive": "OneDrive", "Dropbox": "Dropbox", "GoogleDrive": "Google Drive", "Box": "Box"}
_ONEDRIVE = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
"""The variables in which OneDrive says where its folders are."""


def elsewhere(facts: os.stat_result, name: str) -> bool:
    """Whether a file's content is not on this disk, by what the system says of it."""
    attributes = getattr(facts, "st_file_attributes", 0)
    if attributes & (stat.FILE_ATTRIBUTE_OFFLINE | _RECALL_ON_DATA_ACCESS):
        return True
    if attributes & _RECALL_ON_OPEN and attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT:
        return True
    if getattr(facts, "st_flags", 0) & _DATALESS:
        return True
    return facts.st_size == 1 and PurePath(name).suffix.lower() in _SUFFIXES


def provider(path: PurePath, environment: Mapping[str, str] = os.environ) -> str:
    """Whose cloud a file is in, as people call it; "" where that is not known.

    Args:
        path: The file's.
        environment: The variables of this process.
    """
    parts = path.parts
    if suffix := _SUFFIXES.get(path.suffix.lower()):
        return suffix
    for name in _ONEDRIVE:
        folder = environment.get(name)
        if folder and path.is_relative_to(folder):
            return "OneDrive"
    if "CloudStorage" in parts[:-2]:
        folder = parts[parts.index("CloudStorage") + 1]
        return _PROVIDERS.get(folder.partition("-")[0], "")
    return "iCloud Drive" if "Mobile Documents" in parts[:-1] else ""
