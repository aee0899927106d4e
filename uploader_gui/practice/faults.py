"""Misbehaving on demand: which request is hit by which fault, and what the fault does to it."""

import asyncio
import json
import socket
import struct
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from uploader_gui.practice.answers import Vendor
from uploader_gui.practice.fault import Fault
from uploader_gui.practice.history import lag
from uploader_gui.practice.s3_errors import s3_refusal
from uploader_gui.practice.storage import Stall, stall

_STEP_OF = {
    "drop_after_store": "transfer",
    "wrong_etag": "transfer",
    "expired": "transfer",
    "early_413": "transfer",
    "s3_error": "transfer",
    "unsafe_address": "sign",
    "drop_after_attach": "attach",
    "lag": "verify",
}


@dataclass(kw_only=True)
class _Armed:
    fault: Fault
    skip: int
    times: int


class Faults:
    """The faults that are waiting for requests. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._released = asyncio.Event()

    def run_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop answers requests."""
        self._loop = loop

    def add(self, fault: Fault) -> None:
        """Let a fault wait for its requests; the one added first goes first."""
        with self._lock:
            self._armed.append(_Armed(fault=fault, skip=fault.skip, times=fault.times))

    def clear(self) -> None:
        """Behave: forget all faults and let everything go on that one of them holds up."""
        with self._lock:
            self._armed.clear()
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._release)

    def waiting(self) -> list[Fault]:
        """The faults that have not hit all their requests yet."""
        with self._lock:
            return [armed.fault for armed in self._armed]

    def take(self, service: str, steps: tuple[str, ...]) -> Fault | None:
        """The fault that hits a request to this service, which may be any of these steps.

        A request to no service, such as one for the switch itself, is never hit: nobody could switch it off again.
        """
        if not service:
            return None
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                step = fault.step or _STEP_OF.get(fault.kind)
                if fault.service not in (None, service) or (step and step not in steps):
                    continue
                if armed.skip:
                    armed.skip -= 1
                    continue
                armed.times -= 1
                if armed.times == 0:
                    self._armed.remove(armed)
                return fault
        return None

    async def strike(
        self, fault: Fault, request: web.Request, vendor: Vendor, do: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse | None:
        """Answer a request as the fault has it.

        Args:
            fault: What `take` gave.
            request: The request.
            vendor: Whose shape an error has.
            do: What answers the request properly.

        Returns:
            The answer; None when there is none and the connection is gone.
        """
        if fault.kind == "stall":
            # With nothing to read first, not even the headers are acted on.
            if fault.after:
                stall.set(Stall(after=fault.after, released=self._released))
            else:
                await self._released.wait()
            return await do()
        if fault.kind == "delay":
            await self._pause(fault.seconds)
            return await do()
        if fault.kind == "lag":
            before = lag.set(fault.seconds)
            try:
                return await do()
            finally:
                lag.reset(before)
        if fault.kind in _BEFORE:
            return await _BEFORE[fault.kind](fault, request, vendor)
        response = await do()
        if fault.kind == "slow_answer":
            return await self._slowly(fault, request, response)
        return await _AFTER[fault.kind](request, vendor, response)

    def _release(self) -> None:
        self._released.set()
        self._released = asyncio.Event()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._released.wait()
        except TimeoutError:
            pass

    async def _slowly(self, fault: Fault, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        body = _body(response)
        slow = web.StreamResponse(status=response.status, headers=response.headers)
        slow.content_length = len(body)
        await slow.prepare(request)
        for at in range(len(body)):
            await slow.write(body[at : at + 1])
            await self._pause(fault.seconds)
        return slow


# ---------------------------------------------------------------------------------------------- instead of answering
async def _rate_limit(fault: Fault, _: web.Request, vendor: Vendor) -> web.StreamResponse:
    refusal = vendor.refusal(429, "Too many requests. Please slow down.")
    wait = str(round(fault.seconds))
    refusal.headers["Retry-After"] = wait
    if vendor.id == "close" and "RateLimit" in refusal.headers:
        refusal.headers["RateLimit"] = f"limit=100, remaining=0, reset={wait}"
    return refusal.response()


async def _rate_limit_bare(_: Fault, __: web.Request, vendor: Vendor) -> web.StreamResponse:
    refusal = vendor.refusal(429, "Too many requests. Please slow down.")
    refusal.headers.pop("RateLimit", None)
    return refusal.response()


async def _unavailable(_: Fault, __: web.Request, vendor: Vendor) -> web.StreamResponse:
    return vendor.refusal(503, "The service is unavailable. Please try again later.").response()


async def _server_error(_: Fault, __: web.Request, vendor: Vendor) -> web.StreamResponse:
    return vendor.refusal(500, "Internal Server Error").response()


async def _expired(_: Fault, request: web.Request, __: Vendor) -> web.StreamResponse:
    form = request.method == "POST"
    message = "Invalid according to Policy: Policy expired." if form else "Request has expired"
    return s3_refusal("AccessDenied", message).response()


async def _redirect(_: Fault, __: web.Request, ___: Vendor) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": "http://127.0.0.2:9/"})


async def _early_413(fault: Fault, request: web.Request, _: Vendor) -> web.StreamResponse:
    await _read(request, fault.after)
    response = web.Response(
        status=413, text="<html><h1>413 Request Entity Too Large</h1></html>", content_type="text/html"
    )
    response.force_close()
    return response


async def _refuse(fault: Fault, request: web.Request, vendor: Vendor) -> web.StreamResponse:
    await request.read()
    return vendor.refusal(fault.status, "This is refused, to practise.").response()


async def _s3_error(fault: Fault, request: web.Request, _: Vendor) -> web.StreamResponse:
    # To the last byte: who answers before is not heard while the other side still sends.
    await _read(request, request.content_length or 0)
    return s3_refusal(fault.code).response()


async def _reset(fault: Fault, request: web.Request, _: Vendor) -> None:
    await _read(request, fault.after)
    if request.transport:
        # Closing at once with a linger time of 0 makes the system send RST instead of FIN (socket(7), SO_LINGER).
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.transport.abort()


async def _read(request: web.Request, count: int) -> None:
    while count > 0 and (block := await request.content.readany()):
        count -= len(block)


# ---------------------------------------------------------------------------------------------- after the work is done
async def _drop(request: web.Request, _: Vendor, __: web.StreamResponse) -> None:
    if request.transport:
        request.transport.close()


async def _server_error_after(_: web.Request, vendor: Vendor, __: web.StreamResponse) -> web.StreamResponse:
    return vendor.refusal(500, "Internal Server Error").response()


async def _wrong_etag(_: web.Request, __: Vendor, response: web.StreamResponse) -> web.StreamResponse:
    right = response.headers.get("ETag", "")
    wrong = '"' + "0" * 32 + '"'
    if isinstance(response, web.Response) and right:
        response.headers["ETag"] = wrong
        response.body = _body(response).replace(right.encode(), wrong.encode())
    return response


async def _wrong_size(_: web.Request, __: Vendor, response: web.StreamResponse) -> web.StreamResponse:
    if isinstance(response, web.Response) and response.content_type == "application/json":
        response.body = json.dumps(_one_more(json.loads(_body(response)))).encode()
    return response


def _one_more(value: Any) -> Any:
    if isinstance(value, list):
        return [_one_more(each) for each in value]
    if isinstance(value, dict):
        sizes = ("size", "size_bytes", "byte_size")
        return {
            key: each + 1 if key in sizes and isinstance(each, int) else _one_more(each) for key, each in value.items()
        }
    return value


async def _broken_json(_: web.Request, __: Vendor, response: web.StreamResponse) -> web.StreamResponse:
    if isinstance(response, web.Response):
        response.body = _body(response)[:-1] or b"{"
    return response


async def _half_answer(request: web.Request, _: Vendor, response: web.StreamResponse) -> web.StreamResponse:
    body = _body(response) or b"{}"
    half = web.StreamResponse(status=200 if response.status == 204 else response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return half


async def _unsafe_address(request: web.Request, _: Vendor, response: web.StreamResponse) -> web.StreamResponse:
    if isinstance(response, web.Response):
        here, elsewhere = f"http://{request.host}/".encode(), b"http://storage.example/"
        response.body = _body(response).replace(here, elsewhere)
    return response


def _body(response: web.StreamResponse) -> bytes:
    body = response.body if isinstance(response, web.Response) else None
    return body if isinstance(body, bytes) else b""


_BEFORE: Mapping[str, Callable[[Fault, web.Request, Vendor], Awaitable[web.StreamResponse | None]]] = {
    "rate_limit": _rate_limit,
    "rate_limit_bare": _rate_limit_bare,
    "unavailable": _unavailable,
    "server_error": _server_error,
    "expired": _expired,
    "redirect": _redirect,
    "early_413": _early_413,
    "refuse": _refuse,
    "s3_error": _s3_error,
    "reset": _reset,
}
_AFTER: Mapping[str, Callable[[web.Request, Vendor, web.StreamResponse], Awaitable[web.StreamResponse | None]]] = {
    "drop_after_store": _drop,
    "drop_after_attach": _drop,
    "server_error_after": _server_error_after,
    "wrong_etag": _wrong_etag,
    "wrong_size": _wrong_size,
    "broken_json": _broken_json,
    "half_answer": _half_answer,
    "unsafe_address": _unsafe_address,
}
