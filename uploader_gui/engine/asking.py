"""Calls of a service file: filled in, and their answers judged."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine.http import Answer, Request
from uploader_gui.engine.retry import told_wait
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.template import Template, as_text, fill_body

BY_STATUS = {
    401: Kind.SIGNED_OUT,
    402: Kind.FORBIDDEN,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    410: Kind.NOT_FOUND,
    409: Kind.CONFLICT,
    429: Kind.RATE_LIMITED,
    408: Kind.SERVICE_DOWN,
    425: Kind.SERVICE_DOWN,
}


def unexpected(service: str, step: str, detail: str, *, said: str = "") -> UploadError:
    """An answer that is not as it should be. `detail` names what, in our words or the service file's."""
    return UploadError(Problem(kind=Kind.UNEXPECTED_ANSWER, service=service, step=step, detail=detail, said=said))


def request_for(
    call: schema.Call, scope: Scope, *, base: str, service: str, step: str, signed: tuple[tuple[str, str], ...]
) -> Request:
    """Make the request of a call.

    Args:
        call: The call, as the service file has it.
        scope: What is known.
        base: Where an address that begins with `/` hangs.
        service: The service's name, for problems.
        step: Likewise.
        signed: The headers that sign the account in.

    Raises:
        UploadError: What is known is not enough to fill it in.
    """
    try:
        return fill(call, scope, base=base, service=service, step=step, signed=signed)
    except (ExpressionError, ValueError, RecursionError) as error:
        # ValueError: a text with half a character, as file names and strangers' JSON can hold.
        why = str(error) if isinstance(error, ExpressionError) else "it holds what cannot be sent"
        detail = f"the request cannot be made: {why}"
        problem = Problem(kind=Kind.UNEXPECTED_ANSWER, service=service, step=step, detail=detail, sent=False)
        raise UploadError(problem) from None


def fill(
    call: schema.Call, scope: Scope, *, base: str, service: str, step: str, signed: tuple[tuple[str, str], ...]
) -> Request:
    """Make the request of a call. Raises ExpressionError."""
    url = with_query(call.call.url(base, scope), fill_body(call.query, scope))
    headers = list(signed)
    own = fill_body(call.headers, scope)
    headers = [(name, value) for name, value in headers if name.lower() not in {key.lower() for key in own}]
    headers += [(name, as_text(value)) for name, value in own.items()]
    if any(re.search(r"[\r\n\0]", value) for _name, value in headers):
        raise ExpressionError("a header holds a line break")
    given = {name.lower() for name in own}
    if "accept" not in given:
        headers.append(("Accept", "application/json"))
    body, media_type = None, ""
    if call.body_json is not None:
        body = json.dumps(fill_body(call.body_json, scope), ensure_ascii=False, allow_nan=False).encode()
        media_type = "application/json"
    elif call.form is not None:
        body = urlencode(_pairs(fill_body(call.form, scope))).encode("ascii")
        media_type = "application/x-www-form-urlencoded"
    if body is not None and "content-type" not in given:
        headers.append(("Content-Type", media_type))
    return Request(method=call.call.method, url=url, headers=tuple(headers), body=body, step=step, service=service)


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = []
    for name, value in values.items():
        pairs += [(name, as_text(one)) for one in (value if isinstance(value, list) else [value])]
    return pairs


def with_query(url: str, values: Mapping[str, Any]) -> str:
    """Add parameters to an address."""
    if not values:
        return url
    url = url.partition("#")[0]
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(_pairs(values))}"


def content_of(answer: Answer) -> Any:
    """The answer's JSON; None if it is none."""
    try:
        return answer.json()
    except ValueError:
        return None


# nginx (https://nginx.org/en/docs/http/ngx_http_ssl_module.html, 495 and 496) tells it in its page for status 400.
_NGINX_WANTS_CERTIFICATE = re.compile(rb"No required SSL certificate was sent|The SSL certificate error")


def judge(
    answer: Answer, call: schema.Call | schema.Target, service: schema.Service, step: str, *, name: str = ""
) -> Problem | None:
    """Say what is wrong with an answer, by its status and by the service file's [[errors]]; None if nothing is."""
    good = answer.status in call.success if call.success is not None else 200 <= answer.status < 300
    content = content_of(answer)
    rules = tuple(rule for rule in service.errors if rule.success or not good)
    rule = first_rule(rules, {"status": answer.status, "answer": content})
    if good and rule is None:
        return None
    kind = BY_STATUS.get(answer.status, Kind.REFUSED)
    if answer.status == 400 and _NGINX_WANTS_CERTIFICATE.search(answer.body[:2000]):
        detail = "as its web server says"
        return Problem(
            kind=Kind.CERTIFICATE_WANTED, service=service.name, step=step, name=name, host=answer.host, status=400,
            detail=detail, sent=False,
        )  # fmt: skip
    if good:
        kind = Kind.REFUSED
    elif 300 <= answer.status < 400:
        kind = Kind.REDIRECTED
    elif answer.status >= 500:
        kind = Kind.SERVICE_DOWN
    elif 200 <= answer.status < 300:
        kind = Kind.UNEXPECTED_ANSWER
    said = ""
    if rule is not None:
        found, said = rule
        kind = Kind(found.kind) if isinstance(found, schema.ErrorRule) and found.kind else kind
    return Problem(
        kind=kind,
        service=service.name,
        step=step,
        name=name,
        host=answer.host,
        said=said,
        status=answer.status,
        detail=f"status {answer.status}" if kind is Kind.UNEXPECTED_ANSWER else "",
        wait=told_wait(answer.headers),
    )


def first_rule(rules: tuple[schema.Rule, ...], scope: Scope) -> tuple[schema.Rule, str] | None:
    """The first rule that holds and yields a text, with that text. What cannot be evaluated does not hold."""
    for rule in rules:
        try:
            if rule.when is not None and not truthy(rule.when.value(scope)):
                continue
            text = rule.text.value(scope)
        except ExpressionError:
            continue
        if isinstance(text, str) and text:
            return rule, text
        if text is not None and not isinstance(text, str | dict | list | bool):
            return rule, str(text)
    return None


def truthy(value: Any) -> bool:
    """True as JMESPath has it: a number is true, even 0; what is empty is false."""
    return not (value is None or value is False or (isinstance(value, str | list | dict) and not value))


def holds(template: Template, scope: Scope) -> bool:
    """Whether a condition holds; one that cannot be evaluated does not."""
    try:
        return truthy(template.value(scope))
    except ExpressionError:
        return False
