"""The practice service: the vendors' protocols on one loopback port, to try everything without an account.

One HTTP server plays Close, Kizen, Haufe Copilot and Circle and the storage behind them, as strictly as the real ones,
and misbehaves on demand. Tests, the demonstration and a person's first start use the same one.
"""

from uploader_gui.practice.fault import Fault
from uploader_gui.practice.samples import SAMPLES
from uploader_gui.practice.server import SERVICES, PracticeService
from uploader_gui.practice.storage import VIRUS
from uploader_gui.practice.world import AttachedFile, Attachment, RequestSeen, StoredObject, World

__all__ = [
    "SAMPLES",
    "SERVICES",
    "VIRUS",
    "AttachedFile",
    "Attachment",
    "Fault",
    "PracticeService",
    "RequestSeen",
    "StoredObject",
    "World",
]
