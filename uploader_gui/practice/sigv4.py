"""AWS Signature Version 4 for addresses that carry their signature in the query, and the keys that sign.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote

from uploader_gui.practice.answers import iso
from uploader_gui.practice.s3_errors import s3_refusal

ALGORITHM = "AWS4-HMAC-SHA256"
_NEEDED = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)
_CREDENTIAL = re.compile(r"([^/]+)/([0-9]{8})/([^/]+)/s3/aws4_request")
_LONGEST = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A vendor's key at its storage, which its customers never see.

    Attributes:
        access_key: The public half.
        secret: The other half.
        bucket: The bucket's name.
        origin: Scheme, host and port of the storage.
        region: Such as "us-east-1".
    """

    access_key: str
    secret: str
    bucket: str
    origin: str
    region: str = "eu-central-1"

    def scope(self, now: float) -> str:
        """What a signature of this day is good for."""
        return f"{stamp(now)[:8]}/{self.region}/s3/aws4_request"

    def v4_signature(self, scope: str, text: str) -> str:
        """The hex signature of a text under a scope's derived key."""
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def scope_of(self, credential: str) -> str:
        """The scope that a sent credential names.

        Raises:
            Refusal: It is malformed, or its access key is not this one.
        """
        match = _CREDENTIAL.fullmatch(credential)
        if not match or match[3] != self.region:
            raise s3_refusal("InvalidArgument", "The credential is malformed.", ArgumentName="x-amz-credential")
        if match[1] != self.access_key:
            raise s3_refusal("InvalidAccessKeyId", AWSAccessKeyId=match[1])
        return credential.partition("/")[2]


def stamp(seconds: float) -> str:
    """Seconds since the epoch as AWS writes them: 20261120T101500Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def presigned_put(signer: Signer, *, path: str, now: float, seconds: int, headers: Mapping[str, str]) -> str:
    """An address that takes one PUT.

    Args:
        signer: The storage key.
        path: Percent-encoded.
        now: When it is signed.
        seconds: How long it lives.
        headers: What must be sent with exactly these values, beside the host.
    """
    # Runs of spaces count as one ("Trimall" in the description of SigV4), when signing and when checking.
    once = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed = {**once, "host": signer.origin.partition("//")[2]}
    scope = signer.scope(now)
    query = [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{signer.access_key}/{scope}"),
        ("X-Amz-Date", stamp(now)),
        ("X-Amz-Expires", str(seconds)),
        ("X-Amz-SignedHeaders", ";".join(sorted(signed))),
    ]
    signature = signer.v4_signature(scope, _to_sign(path, query, signed, scope, stamp(now)))
    return f"{signer.origin}{path}?{_canonical_query(query)}&X-Amz-Signature={signature}"


def check_presigned_put(signer: Signer, *, target: str, headers: Mapping[str, str], now: float) -> None:
    """Refuse a PUT that its address does not allow.

    Args:
        signer: The storage key.
        target: The request's path and query, as sent.
        headers: What was sent.
        now: The server's time.

    Raises:
        Refusal: With the code that S3 gives: AccessDenied, InvalidAccessKeyId, InvalidArgument, SignatureDoesNotMatch.
    """
    path, _, raw = target.partition("?")
    query = parse_qsl(raw, keep_blank_values=True)
    given = dict(query)
    if not all(name in given for name in _NEEDED):
        raise s3_refusal("AccessDenied")
    scope = signer.scope_of(given["X-Amz-Credential"])
    signed_at = _moment(given["X-Amz-Date"])
    if given["X-Amz-Algorithm"] != ALGORITHM or signed_at is None or not _lifetime(given["X-Amz-Expires"]):
        raise s3_refusal("InvalidArgument", "The query does not hold a valid signature.")
    if now >= signed_at + int(given["X-Amz-Expires"]):
        raise s3_refusal(
            "AccessDenied",
            "Request has expired",
            **{"X-Amz-Expires": given["X-Amz-Expires"], "ServerTime": iso(now)},
        )
    names = given["X-Amz-SignedHeaders"].split(";")
    # A header that was signed and not sent counts as empty, so that its signature cannot be right.
    sent = {name: " ".join(headers.get(name, "").split()) for name in names}
    unsigned = [pair for pair in query if pair[0] != "X-Amz-Signature"]
    expected = signer.v4_signature(scope, _to_sign(path, unsigned, sent, scope, given["X-Amz-Date"]))
    if "host" not in names or not hmac.compare_digest(expected.encode(), given["X-Amz-Signature"].encode()):
        raise s3_refusal("SignatureDoesNotMatch", AWSAccessKeyId=signer.access_key)
    # Content-MD5 as well: S3 names it among HeadersNotSigned (https://github.com/aws/aws-sdk-php/issues/1392,
    # https://github.com/awslabs/aws-sigv4-proxy/issues/45, https://github.com/aristidb/aws/issues/243).
    must = {low for name in headers if (low := name.lower()).startswith("x-amz-") or low == "content-md5"}
    extra = sorted(must - set(names))
    if extra:
        raise s3_refusal(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=", ".join(extra),
        )


def _to_sign(
    path: str, query: Sequence[tuple[str, str]], headers: Mapping[str, str], scope: str, signed_at: str
) -> str:
    names = sorted(headers)
    canonical = "\n".join(
        [
            "PUT",
            quote(unquote(path), safe="/-_.~"),
            _canonical_query(query),
            *(f"{name}:{headers[name]}" for name in names),
            "",
            ";".join(names),
            "UNSIGNED-PAYLOAD",
        ]
    )
    return "\n".join([ALGORITHM, signed_at, scope, hashlib.sha256(canonical.encode()).hexdigest()])


def _canonical_query(query: Sequence[tuple[str, str]]) -> str:
    return "&".join(sorted(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query))


def _moment(text: str) -> float | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _lifetime(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,6}", text)) and 1 <= int(text) <= _LONGEST
