"""What storage means by an answer: a status, and S3's XML (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET  # its dangers are refused unread  # nosec B405

from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.http import Answer
from uploader_gui.engine.retry import told_wait

MAX_XML = 64 * 1024
SIGN_AGAIN = frozenset({401, 403, 404, 410})
DAMAGE = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})
BUSY = frozenset({"SlowDown", "RequestTimeout", "ServiceUnavailable", "InternalError", "OperationAborted"})


@dataclass(frozen=True, kw_only=True)
class StorageAnswer:
    """The elements of S3's XML, by name; empty if there is none."""

    elements: dict[str, str]

    def get(self, name: str) -> str:
        """An element's text; "" if it is not there."""
        return self.elements.get(name, "")


def read_xml(answer: Answer) -> StorageAnswer:
    """Read S3's flat XML. What is no XML, too long, or has a document type gives nothing."""
    body = answer.body[: MAX_XML + 1]
    # Only a document type can declare entities, which grow or lead elsewhere. It is refused unread: a parser told to
    # stop there would still expand them. In every encoding that a parser takes it holds "<!", or zeros (UTF-16).
    if len(body) > MAX_XML or b"<!" in body or b"\0" in body:
        return StorageAnswer(elements={})
    try:
        root = ET.fromstring(body)  # noqa: S314 - short, no document type  # nosec B314
    except (ET.ParseError, ValueError, LookupError):
        # Also an encoding that nobody knows.
        return StorageAnswer(elements={})
    return StorageAnswer(elements={element.tag.rpartition("}")[2]: element.text or "" for element in root})


def etag_of(answer: Answer) -> str | None:
    """The ETag without its quotes: the header's, else the XML's, else None, as radosgw's 204 has neither."""
    etag = answer.headers.get("etag", "") or read_xml(answer).get("ETag")
    return etag.strip().removeprefix("W/").strip('"') or None


def expired(answer: Answer) -> bool:
    """Whether a new upload address may help: refused in a way that expired signatures are."""
    if answer.status in SIGN_AGAIN:
        return True
    xml = read_xml(answer)
    return answer.status == 400 and "expired" in f"{xml.get('Code')} {xml.get('Message')} {answer.text()[:500]}".lower()


def problem_of(answer: Answer, *, service: str, name: str, size: int, host: str, again: bool) -> Problem:
    """Say what storage's refusal means.

    Args:
        answer: Its answer, of a status that does not mean success.
        service: The service's name.
        name: The file's name.
        size: The file's size in bytes.
        host: Storage's host.
        again: Whether the upload address was already a second one.
    """
    xml = read_xml(answer)
    code, said = xml.get("Code"), xml.get("Message")

    def problem(kind: Kind, *, limit: int | None = None, wait: float | None = None) -> Problem:
        return Problem(
            kind=kind,
            service=service,
            step="transfer",
            name=name,
            host=host,
            said=said,
            status=answer.status,
            size=size,
            limit=limit,
            wait=wait,
        )

    if 300 <= answer.status < 400:
        return problem(Kind.REDIRECTED)
    if code == "EntityTooLarge" or answer.status == 413:
        return problem(Kind.FILE_TOO_LARGE, limit=_number(xml.get("MaxSizeAllowed")))
    if code == "EntityTooSmall":
        return problem(Kind.FILE_TOO_SMALL, limit=_number(xml.get("MinSizeAllowed")))
    if code in DAMAGE:
        return problem(Kind.DAMAGED)
    if answer.status == 429:
        return problem(Kind.RATE_LIMITED, wait=told_wait(answer.headers))
    if answer.status in {408, 425} or answer.status >= 500 or code in BUSY:
        if answer.status == 501:
            return problem(Kind.STORAGE_REFUSED)
        return problem(Kind.SERVICE_DOWN, wait=told_wait(answer.headers))
    if again and "expired" in f"{code} {said}".lower():
        return problem(Kind.LINK_EXPIRED)
    return problem(Kind.STORAGE_REFUSED)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 else None
