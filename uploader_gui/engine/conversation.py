"""Talking to a service in an account's name: every request signed in, every answer judged."""

import dataclasses
from typing import Any

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Problem, UploadError
from uploader_gui.engine.asking import judge, request_for, unexpected
from uploader_gui.engine.http import Answer, Client, Request
from uploader_gui.engine.session import Session
from uploader_gui.services import schema
from uploader_gui.services.expression import Scope


class Conversation:
    """One lane's talk with a service for one piece of work.

    Args:
        session: The account.
        client: The lane's client for this account's hosts.
        cancel: Ends it from another thread.
    """

    def __init__(self, session: Session, client: Client, cancel: CancelToken) -> None:
        self.session = session
        self.cancel = cancel
        self._client = client

    @property
    def service(self) -> schema.Service:
        """The service that is talked to."""
        return self.session.account.service

    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that sign a request in.

        Raises:
            UploadError: No token is to be had. Its problem says that nothing was sent: nothing of the request was.
        """
        try:
            return self.session.headers(self._client, self.cancel)
        except UploadError as error:
            problem = dataclasses.replace(error.problem, sent=False)
        raise UploadError(problem)

    def check(self, call: schema.Call, scope: Scope, step: str) -> None:
        """Raise UploadError if a call cannot be filled in. Sends nothing."""
        base = self.session.account.base
        request_for(call, scope, base=base, service=self.service.name, step=step, signed=())

    def judge(self, answer: Answer, call: schema.Call, step: str, *, name: str = "") -> Problem | None:
        """Say what is wrong with an answer, without any secret that the service may have repeated in it."""
        problem = judge(answer, call, self.service, step, name=name)
        return None if problem is None else dataclasses.replace(problem, said=self.session.scrubbed(problem.said))

    def ask(self, call: schema.Call, scope: Scope, step: str, *, fresh: bool = False) -> Answer:
        """Send a call; the answer may have any status. A token that is refused is renewed, once.

        Raises:
            UploadError: There is no answer.
            Cancelled: It was told to stop.
        """
        answer = None
        for _ in range(2):
            signed = self.headers()
            request = request_for(
                call,
                scope,
                base=self.session.account.base,
                service=self.service.name,
                step=step,
                signed=signed,
            )
            answer = self._client.send(request, self.cancel, fresh=fresh)
            if answer.status != 401 or not self.session.renewable:
                break
            # Refused before anything was done, so asking again repeats nothing.
            self.session.forget_token(signed)
        assert answer is not None  # noqa: S101 - the loop runs
        return answer

    def tell(self, call: schema.Call, scope: Scope, step: str, *, name: str = "", fresh: bool = False) -> Answer:
        """Send a call and expect it to succeed.

        Raises:
            UploadError: It did not, or there is no answer.
            Cancelled: It was told to stop.
        """
        answer = self.ask(call, scope, step, fresh=fresh)
        problem = self.judge(answer, call, step, name=name)
        if problem is not None:
            raise UploadError(problem)
        return answer

    def read(
        self, call: schema.Call, scope: Scope, step: str, *, name: str = "", fresh: bool = False
    ) -> tuple[Answer, Any]:
        """Send a call, expect success and JSON; give both answer and content.

        Raises:
            UploadError: As `tell`, or the answer is no JSON.
            Cancelled: It was told to stop.
        """
        answer = self.tell(call, scope, step, name=name, fresh=fresh)
        try:
            return answer, answer.json()
        except ValueError:
            raise unexpected(self.service.name, step, "it is not JSON") from None

    def send(self, request: Request) -> Answer:
        """Send a request that is already made, to one of the account's own hosts."""
        return self._client.send(request, self.cancel)
