"""Circle's tokens: a server's Headless Auth token is exchanged for a member's, which lives an hour.

Source: https://api.circle.so/apis/headless/quick-start
"""

import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Route, Vendor, answer, iso, read_object
from uploader_gui.practice.circle_blobs import circle_refuse, unprocessable
from uploader_gui.practice.circle_members import MEMBER

_ACCESS_LIVES = 3600
_REFRESH_LIVES = 30 * 24 * 3600
_BEARER = re.compile(r"Bearer\s+(\S+)", re.IGNORECASE)


class CircleTokens:
    """All tokens of the one member.

    Args:
        vendor: Gives errors their shape.
        clock: Gives seconds since the epoch.
    """

    def __init__(self, *, vendor: Vendor, clock: Callable[[], float]) -> None:
        self._vendor = vendor
        self._clock = clock
        self._headless = secrets.token_urlsafe(32)
        self._pasted = secrets.token_urlsafe(32)
        # The pasted token has no end: a person who practises should not be signed out after an hour.
        self._access: dict[str, float | None] = {self._pasted: None}
        self._refresh: dict[str, float] = {}

    def account(self, way: int) -> dict[str, str]:
        """What to enter for the account."""
        return [
            {"access_token": self._pasted},
            {"headless_token": self._headless, "email": str(MEMBER["email"])},
            {"headless_token": self._headless, "community_member_id": str(MEMBER["id"])},
        ][way]

    def routes(self) -> Iterable[Route]:
        """Exchange and refresh."""
        for method, path, handler in (
            ("POST", "/api/v1/headless/auth_token", self._exchange),
            ("PATCH", "/api/v1/headless/access_token/refresh", self._renew),
        ):
            yield Route(method=method, path=path, handler=handler, steps=("token",), guarded=False)

    def authorize(self, request: web.Request) -> None:
        """Refuse anything but a member's token that still lives."""
        sent = _sent(request)
        if sent not in self._access:
            circle_refuse(401, "The access token is invalid.")
        ends = self._access[sent]
        if ends is not None and self._clock() >= ends:
            circle_refuse(401, "The access token is expired.")

    async def _exchange(self, request: web.Request) -> web.Response:
        self._check_headless(request)
        body = await read_object(request, self._vendor)
        named = [name for name in ("email", "community_member_id", "sso_user_id") if body.get(name) is not None]
        if len(named) != 1:
            unprocessable("Exactly one of email, community_member_id and sso_user_id is needed.")
        if body[named[0]] != (MEMBER["id"] if named[0] == "community_member_id" else MEMBER.get(named[0])):
            circle_refuse(404, "The community member was not found.")
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = self._clock() + _REFRESH_LIVES
        return answer(
            {
                **self._new(),
                "refresh_token": refresh,
                "refresh_token_expires_at": iso(self._refresh[refresh]),
                "community_member_id": MEMBER["id"],
                "community_id": MEMBER["community_id"],
            }
        )

    async def _renew(self, request: web.Request) -> web.Response:
        self._check_headless(request)
        body = await read_object(request, self._vendor)
        ends = self._refresh.get(str(body.get("refresh_token")))
        if ends is None:
            circle_refuse(401, "The refresh token is invalid.")
        if self._clock() >= ends:
            circle_refuse(401, "The refresh token is expired.")
        return answer(self._new())

    def _new(self) -> dict[str, Any]:
        token, ends = secrets.token_urlsafe(32), self._clock() + _ACCESS_LIVES
        self._access[token] = ends
        return {"access_token": token, "access_token_expires_at": iso(ends)}

    def _check_headless(self, request: web.Request) -> None:
        if not hmac.compare_digest(_sent(request).encode(), self._headless.encode()):
            circle_refuse(401, "The headless auth token is invalid.")


def _sent(request: web.Request) -> str:
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if not match:
        circle_refuse(401, "The access token is not found.")
    return match[1]
