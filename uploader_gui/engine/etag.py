"""Whether an ETag is the MD5 of what was sent, so that another one means damage.

It is for what was stored by one PUT or form without encryption or with S3's own keys, in a general purpose bucket; not
after parts (`…-2`), with keys of KMS or of the customer, or in a directory bucket
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html). Other servers may put anything there (some a `-1`
after every PUT), so elsewhere it counts for the file where it is the MD5, and against it never.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from uploader_gui.engine.http import Answer

# https://docs.aws.amazon.com/general/latest/gr/s3.html; not directory buckets (s3express-), Outposts, Object Lambda.
_S3 = re.compile(
    r"(?:.+\.)?s3(?:[.-](?:accelerate|dualstack|fips|[a-z]{2}(?:-[a-z]+)+-[0-9]))*\.amazonaws\.com(?:\.cn)?"
)
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_ENCRYPTION = "x-amz-server-side-encryption"
_OWN_KEYS = "AES256"


def must_be_md5(answer: Answer, etag: str, url: str, sent: Iterable[tuple[str, str]]) -> bool:
    """Say whether an ETag cannot be anything but the MD5 of what is stored.

    Args:
        answer: What storage answered, by its own host.
        etag: Its ETag, without quotes.
        url: Where the file was sent.
        sent: The headers and form fields that went along.
    """
    if answer.headers.get("server") != "AmazonS3" or not _S3.fullmatch(answer.host.lower()):
        return False
    if not _MD5.fullmatch(etag):
        return False
    asked = (*parse_qsl(urlsplit(url).query, keep_blank_values=True), *sent, *answer.headers.items())
    for name, value in asked:
        low = name.lower()
        if low.startswith(_ENCRYPTION) and not (low == _ENCRYPTION and value == _OWN_KEYS):
            return False
    return True
