"""A queue with one account, whose lanes are played by the tests."""

import dataclasses

from tests.engine.fakes import FakeClock, Heard
from uploader_gui.core.batch import Batch, BatchState, Partly, Receipt, Step, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.work import AttachWork, UploadWork
from uploader_gui.services import catalogue
from uploader_gui.services.flow import flow

CLOSE = catalogue.find("close")
NOTE = flow(CLOSE, "note")
PLAIN = flow(CLOSE, "upload")
HARMLESS = flow(
    CLOSE.model_copy(update={"targets": {"note": CLOSE.targets["note"].model_copy(update={"repeat": True})}}), "note"
)
LOST = Problem(kind=Kind.CONNECTION_LOST, service="Close", step="transfer")
LIMITED = Problem(kind=Kind.RATE_LIMITED, service="Close", step="sign", wait=24)
BROKEN = Problem(kind=Kind.FILE_CHANGED, name="a")


class Stage:
    """A queue with one account, and batches put into it."""

    def __init__(self, *, tries: int = 5, **more: object) -> None:
        self.clock = FakeClock()
        self.heard = Heard()
        policy = Policy(tries=tries, jitter=lambda: 1.0)
        self.queue = Queue(clock=self.clock, listener=self.heard, policy=policy, **{"looks": False, **more})  # type: ignore[arg-type]
        account = Account(service=CLOSE, base=CLOSE.account.base, values={"api_key": "x"})
        self.session = Session(account, self.clock)

    def add(
        self,
        name: str,
        files: int,
        *,
        plain: bool = False,
        harmless: bool = False,
        session: Session | None = None,
        lead: str = "lead_globex",
        text: str = "Hello",
        partly: Partly = Partly.ASK,
    ) -> None:
        """Put a batch in: its uploads are called name1, name2 and so on. Harmless: to attach it twice."""
        batch, uploads = self.made(name, files, plain=plain, lead=lead, text=text, partly=partly)
        what = PLAIN if plain else HARMLESS if harmless else NOTE
        self.queue.add(batch, uploads, what, session or self.session)

    def made(
        self,
        name: str,
        files: int,
        *,
        plain: bool = False,
        lead: str = "lead_globex",
        text: str = "Hello",
        partly: Partly = Partly.ASK,
    ) -> tuple[Batch, list[Upload]]:
        """A batch that is not in the queue yet."""
        batch = Batch(
            id=name,
            service="close",
            target="upload" if plain else "note",
            inputs={"lead": lead} if plain else {"lead": lead, "text": text},
            named={"lead": "Globex Corporation"},
            created=self.clock.utc(),
            attaches=not plain,
            partly=partly,
        )
        uploads = [
            Upload(
                id=f"{name}{number}", batch_id=name, given=f"{number}.txt", file=f"{number}.txt",
                name=f"{number}.txt", size=5, modified=0, media_type="text/plain",
            )
            for number in range(1, files + 1)
        ]  # fmt: skip
        return batch, uploads

    def upload_work(self) -> UploadWork:
        """Take work that must be an upload."""
        work = self.queue.take()
        assert isinstance(work, UploadWork)
        return work

    def attach_work(self) -> AttachWork:
        """Take work that must be an attach."""
        work = self.queue.take()
        assert isinstance(work, AttachWork)
        return work

    def store(self, work: UploadWork) -> None:
        """Say that an upload is stored."""
        upload = dataclasses.replace(
            work.upload,
            next_step=Step.READY,
            answers={"sign": {"download": {"url": "https://app.close.com/go/file/x/"}}},
            receipt=Receipt(size=5),
        )
        self.queue.stored(work, upload)

    def state(self, name: str) -> BatchState:
        """Where a batch is."""
        return next(batch.state for batch in self.queue.batches() if batch.id == name)

    def states(self, name: str) -> list[UploadState]:
        """Where a batch's uploads are."""
        return [upload.state for upload in self.queue.uploads(name)]
