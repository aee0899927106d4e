"""One storage as the cases see it: boto3 signs for it, requests sends to it. Ceph's radosgw, and the practice service.

Neither boto3 nor requests is ours: what both storages take from them is what such clients send.
"""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import boto3
import requests
from botocore.config import Config

from tests.real_servers.ceph import ACCESS_KEY, REGION, SECRET_KEY, Radosgw
from uploader_gui.practice import PracticeService

Fields = dict[str, str]
BUCKET = "storage-cases"


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket's name as it is signed, and the key that signs for it."""

    name: str
    access_key: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class Side:
    """A storage.

    Attributes:
        name: "radosgw" or "practice".
        endpoint: The address that boto3 signs for.
        region: Of the buckets.
        forms: The bucket that takes forms.
        post_url: Where forms go.
        puts: The bucket that takes PUTs; it may be the same.
        server: What is asked for what was stored.
    """

    name: str
    endpoint: str
    region: str
    forms: Bucket
    post_url: str
    puts: Bucket
    server: Radosgw | PracticeService

    def _client(self, bucket: Bucket, *, signature: str = "s3v4", **other: str) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=other.get("access_key", bucket.access_key),
            aws_secret_access_key=other.get("secret", bucket.secret),
            region_name=self.region,
            config=Config(signature_version=signature, s3={"addressing_style": "path"}, proxies={}),
        )

    def form(
        self,
        fields: Mapping[str, str] | None = None,
        conditions: Sequence[Any] | None = None,
        *,
        key: str = "there/a.txt",
        seconds: int = 300,
        signature: str = "s3v4",
        **other: str,
    ) -> Fields:
        """The fields of a form that boto3 signed.

        Args:
            fields: What is to be sent beside the usual.
            conditions: The conditions about them; by default that they are sent exactly so.
            key: The object's key.
            seconds: How long it lives.
            signature: "s3v4" or "s3".
            other: Another access_key or secret.
        """
        fields = dict(fields or {})
        signed = self._client(self.forms, signature=signature, **other).generate_presigned_post(
            self.forms.name,
            key,
            Fields=fields,
            Conditions=[{name: value} for name, value in fields.items()] if conditions is None else list(conditions),
            ExpiresIn=seconds,
        )
        return dict(signed["fields"])

    def post(
        self,
        fields: Mapping[str, str] | Sequence[tuple[str, str]],
        content: bytes | None = b"hello",
        after: Fields | None = None,
    ) -> requests.Response:
        """Send a form: fields, the file unless there is none, and what is to come after the file."""
        pairs = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in pairs]
        if content is not None:
            parts.append(("file", ("name.txt", content)))
        parts += [(name, (None, value)) for name, value in (after or {}).items()]
        return send("POST", self.post_url, files=parts)

    def put_url(
        self, key: str = "there/a.txt", *, seconds: int = 300, ago: int = 0, signature: str = "s3v4", **params: Any
    ) -> str:
        """The address of one PUT that boto3 signed, some seconds ago."""
        with _clock_back(ago):
            return str(
                self._client(self.puts, signature=signature).generate_presigned_url(
                    "put_object", Params={"Bucket": self.puts.name, "Key": key, **params}, ExpiresIn=seconds
                )
            )

    def stored(self, key: str = "there/a.txt") -> tuple[bytes, str] | None:
        """What lies under a key and its type; None if there is nothing."""
        if isinstance(self.server, PracticeService):
            found = [one for one in self.server.world.stored() if one.key == key]
            return (found[0].path.read_bytes(), found[0].type) if found else None
        client = self.server.client()
        with contextlib.suppress(client.exceptions.NoSuchKey):
            answer = client.get_object(Bucket=BUCKET, Key=key)
            return answer["Body"].read(), answer["ContentType"]
        return None


def send(method: str, url: str, **more: Any) -> requests.Response:
    """Send one request on a connection of its own."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=30, allow_redirects=False, **more)


def said(answer: requests.Response) -> str:
    """The status, and the code of S3's XML if there is one: "403 AccessDenied"."""
    code = re.search("<Code>(.*?)</Code>", answer.text)
    return f"{answer.status_code} {code[1]}" if code else str(answer.status_code)


def of_radosgw(server: Radosgw) -> Side:
    """Ceph's storage, with an empty bucket."""
    client = server.client()
    client.create_bucket(Bucket=BUCKET)
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    bucket = Bucket(name=BUCKET, access_key=ACCESS_KEY, secret=SECRET_KEY)
    return Side(
        name="radosgw",
        endpoint=server.endpoint,
        region=REGION,
        forms=bucket,
        post_url=f"{server.endpoint}/{BUCKET}",
        puts=bucket,
        server=server,
    )


def of_practice(server: PracticeService) -> Side:
    """The practice service's: a bucket that takes forms, and one that takes PUTs."""
    kizen, haufe = (server._vendors[name]._signer for name in ("kizen", "haufe"))  # type: ignore[union-attr]
    return Side(
        name="practice",
        endpoint=f"{server.origin}/storage",
        region=kizen.region,
        forms=Bucket(name=kizen.bucket, access_key=kizen.access_key, secret=kizen.secret),
        post_url=f"{server.origin}/storage/kizen/",
        # A bucket's path there is the service's id.
        puts=Bucket(name="haufe", access_key=haufe.access_key, secret=haufe.secret),
        server=server,
    )


@contextlib.contextmanager
def _clock_back(seconds: int) -> Iterator[None]:
    if not seconds:
        yield
        return
    then = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)
    with mock.patch("botocore.auth.get_current_datetime", return_value=then.replace(tzinfo=None)):
        yield
