"""S3's signed POST forms: making them, and holding what was sent against them.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html (conditions) and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html (signatures). Close's forms carry the
older Signature Version 2, Kizen's Version 4.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uploader_gui.practice.answers import iso
from uploader_gui.practice.s3_errors import s3_refusal
from uploader_gui.practice.sigv4 import ALGORITHM, Signer, stamp

_NEEDS_NO_CONDITION = {"policy", "signature", "awsaccesskeyid", "x-amz-signature", "file"}
_CONDITION_PARTS = 3


@dataclass(frozen=True, kw_only=True)
class SizeRange:
    """What content-length-range allows, in bytes; no `most` means S3's own limit."""

    least: int = 0
    most: int = 5 * 2**30


def v2_form(signer: Signer, *, fields: Mapping[str, str], expires: float) -> dict[str, str]:
    """The fields of a form signed by Signature Version 2.

    Args:
        signer: The storage key.
        fields: What must be sent, each with exactly this value.
        expires: When the form ends, in seconds since the epoch.
    """
    policy = _policy(signer, fields, expires, [])
    return {"AWSAccessKeyId": signer.access_key, **fields, "policy": policy, "signature": _v2_signature(signer, policy)}


def v4_form(signer: Signer, *, fields: Mapping[str, str], now: float, expires: float, most: int) -> dict[str, str]:
    """The fields of a form signed by Signature Version 4.

    Args:
        signer: The storage key.
        fields: What must be sent, each with exactly this value.
        now: When it is signed.
        expires: When the form ends, in seconds since the epoch.
        most: The largest file, in bytes.
    """
    scope = signer.scope(now)
    fields = {
        **fields,
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{signer.access_key}/{scope}",
        "x-amz-date": stamp(now),
    }
    policy = _policy(signer, fields, expires, [["content-length-range", 0, most]])
    return {**fields, "policy": policy, "x-amz-signature": signer.v4_signature(scope, policy)}


def check_form(signer: Signer, fields: Mapping[str, str], *, now: float) -> SizeRange:
    """Hold the fields that came before the file against the policy among them.

    Args:
        signer: The storage key.
        fields: By their names in small letters.
        now: The server's time.

    Returns:
        How large the file may be.

    Raises:
        Refusal: With the code that S3 gives.
    """
    if "policy" not in fields:
        raise s3_refusal("AccessDenied")
    _check_signature(signer, fields)
    try:
        policy = json.loads(base64.b64decode(fields["policy"], validate=True))
        expires = datetime.fromisoformat(policy["expiration"]).timestamp()
        conditions = list(policy["conditions"])
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise s3_refusal("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from None
    if now >= expires:
        raise _not_allowed("Policy expired.")
    allowed = SizeRange()
    named = set()
    for condition in conditions:
        relation, name, value = _parts(condition)
        if relation == "content-length-range":
            allowed = SizeRange(least=int(name), most=int(value))
            continue
        named.add(name)
        sent = signer.bucket if name == "bucket" else fields.get(name)
        if sent is None or not (sent == value if relation == "eq" else sent.startswith(value)):
            raise _not_allowed(f"Policy Condition failed: {json.dumps([relation, f'${name}', value])}")
    extra = [
        name
        for name in fields
        if name not in named and name not in _NEEDS_NO_CONDITION and not name.startswith("x-ignore-")
    ]
    if extra:
        raise _not_allowed(f"Extra input fields: {', '.join(extra)}")
    return allowed


def _check_signature(signer: Signer, fields: Mapping[str, str]) -> None:
    policy = fields["policy"]
    if "x-amz-signature" in fields:
        if fields.get("x-amz-algorithm") != ALGORITHM:
            raise _missing("x-amz-algorithm")
        if "x-amz-credential" not in fields:
            raise _missing("x-amz-credential")
        sent = fields["x-amz-signature"]
        expected = signer.v4_signature(signer.scope_of(fields["x-amz-credential"]), policy)
    else:
        for name in ("signature", "awsaccesskeyid"):
            if name not in fields:
                raise _missing(name)
        if fields["awsaccesskeyid"] != signer.access_key:
            raise s3_refusal("InvalidAccessKeyId", AWSAccessKeyId=fields["awsaccesskeyid"])
        sent = fields["signature"]
        expected = _v2_signature(signer, policy)
    if not hmac.compare_digest(sent.encode(), expected.encode()):
        raise s3_refusal("SignatureDoesNotMatch", AWSAccessKeyId=signer.access_key)


def _v2_signature(signer: Signer, policy: str) -> str:
    # Signature Version 2 is HMAC-SHA1; this end only imitates it.
    return base64.b64encode(hmac.digest(signer.secret.encode(), policy.encode(), "sha1")).decode()


def _policy(signer: Signer, fields: Mapping[str, str], expires: float, more: list[list[Any]]) -> str:
    conditions = [{"bucket": signer.bucket}, *({name: value} for name, value in fields.items()), *more]
    return base64.b64encode(json.dumps({"expiration": iso(expires), "conditions": conditions}).encode()).decode()


def _parts(condition: Any) -> tuple[str, str, str]:
    if isinstance(condition, dict) and len(condition) == 1:
        [(name, value)] = condition.items()
        return "eq", str(name).lower(), str(value)
    if isinstance(condition, list) and len(condition) == _CONDITION_PARTS:
        relation, name, value = (str(part) for part in condition)
        relation = relation.lower()
        if relation == "content-length-range" and name.isdecimal() and value.isdecimal():
            return relation, name, value
        if relation in ("eq", "starts-with") and name.startswith("$"):
            return relation, name[1:].lower(), value
    raise s3_refusal("InvalidPolicyDocument", "Invalid Policy: Invalid condition.")


def _not_allowed(why: str) -> Exception:
    return s3_refusal("AccessDenied", f"Invalid according to Policy: {why}")


def _missing(name: str) -> Exception:
    return s3_refusal(
        "InvalidArgument",
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields.",
        ArgumentName=name,
    )
