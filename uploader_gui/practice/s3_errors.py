"""S3's errors: which code has which status, and the XML they come in.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import secrets
from xml.sax.saxutils import escape  # parses nothing  # nosec B406

from uploader_gui.practice.answers import Refusal

_STATUS = {
    "AccessDenied": 403,
    "BadDigest": 400,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "IncompleteBody": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidDigest": 400,
    "InvalidPolicyDocument": 400,
    "MalformedPOSTRequest": 400,
    "MaxPostPreDataLengthExceeded": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "NoSuchKey": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeout": 400,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "TooManyRequests": 429,
}
S3_CODES = tuple(_STATUS)
"""The errors there are."""

_MESSAGE = {
    "AccessDenied": "Access Denied",
    "BadDigest": "The Content-MD5 you specified did not match what we received.",
    "EntityTooLarge": "Your proposed upload exceeds the maximum allowed size",
    "EntityTooSmall": "Your proposed upload is smaller than the minimum allowed size",
    "InternalError": "We encountered an internal error. Please try again.",
    "InvalidAccessKeyId": "The AWS Access Key Id you provided does not exist in our records.",
    "InvalidDigest": "The Content-MD5 you specified was invalid.",
    "MalformedPOSTRequest": "The body of your POST request is not well-formed multipart/form-data.",
    "MaxPostPreDataLengthExceeded": "Your POST request fields preceding the upload file were too large.",
    "MissingContentLength": "You must provide the Content-Length HTTP header.",
    "NotImplemented": "A header you provided implies functionality that is not implemented",
    "SignatureDoesNotMatch": "The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method.",
}


def s3_refusal(code: str, message: str | None = None, **details: str | int) -> Refusal:
    """One of S3's errors.

    Args:
        code: Such as "AccessDenied".
        message: Instead of the code's usual sentence.
        details: Further elements, such as MaxSizeAllowed.
    """
    inside = {"Code": code, "Message": message or _MESSAGE.get(code, code), **details}
    inside |= {"RequestId": secrets.token_hex(8).upper(), "HostId": secrets.token_urlsafe(24)}
    elements = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in inside.items())
    return Refusal(
        _STATUS[code],
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{elements}</Error>',
        content_type="application/xml",
        headers={"x-amz-request-id": str(inside["RequestId"])},
    )
