"""What a service file may say, key by key. Read by pydantic, which finds all mistakes at once.

These frozen values are what the engine runs. What only the whole file can tell (names that are not known, a step used
before it ran) is in `check`; how the parts become one flow is in `flow`.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import pydantic
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from uploader_gui.services.template import Address, Template, compile_body

FORMAT = 1
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_UNITS = {
    "s": 1,
    "min": 60,
    "h": 3600,
    "d": 86400,
}
_SIZES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
}


def _quantity(value: Any, units: Mapping[str, int], example: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and (found := re.fullmatch(r"(\d{1,15}) ?([A-Za-z]{1,3})", value)):
        count, unit = found.groups()
        if unit in units:
            return int(count) * units[unit]
    raise ValueError(f'must be a number or a text such as "{example}" ({", ".join(units)})')


def _seconds(value: Any) -> int:
    return _quantity(value, _UNITS, "60 s")


def _bytes(value: Any) -> int:
    return _quantity(value, _SIZES, "25 MB")


def _expiry(value: Any) -> Any:
    if isinstance(value, str) and "${" in value:
        return value
    return _seconds(value)


def _media_type(value: str) -> str:
    if not re.fullmatch(r"[a-z]+/(\*|[a-z0-9.+-]+)", value):
        raise ValueError('must be a media type such as "application/pdf" or "image/*"')
    return value


def _https(value: str) -> str:
    parts = urlsplit(value)
    near = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or near) or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError('must be an address such as "https://api.example.com/v1"')
    return value.rstrip("/")


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", value):
        raise ValueError('must be a host such as "files.example.com", without https:// and path')
    return value


def _body(value: Any) -> Any:
    if not isinstance(value, dict | list | str):
        raise ValueError("must be a table, a list or one ${ }")  # noqa: TRY004 - pydantic collects ValueErrors
    return compile_body(value)


Seconds = Annotated[int, BeforeValidator(_seconds), WithJsonSchema({"type": ["integer", "string"]})]
Bytes = Annotated[int, BeforeValidator(_bytes), WithJsonSchema({"type": ["integer", "string"]})]
Expiry = Annotated[int | Template, BeforeValidator(_expiry), WithJsonSchema({"type": ["integer", "string"]})]
Body = Annotated[Any, BeforeValidator(_body), WithJsonSchema({"type": ["object", "array", "string"]})]
Values = Annotated[dict[str, Any], AfterValidator(compile_body)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
MediaType = Annotated[str, AfterValidator(_media_type)]
HttpsUrl = Annotated[str, AfterValidator(_https)]
Host = Annotated[str, AfterValidator(_host)]
Scalar = str | int | float | bool


class Part(pydantic.BaseModel):
    """A table of the file: unknown keys are mistakes, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Call(Part):
    """One request: where, and what it carries.

    Attributes:
        call: Method and address.
        query: What is added to the address.
        headers: Beside those that sign the account in.
        body_json: A JSON body.
        form: A url-encoded body.
        success: The statuses that mean "done"; None: any 2xx.
    """

    call: Address
    query: Values = Field(default_factory=dict)
    headers: Values = Field(default_factory=dict)
    body_json: Body | None = Field(default=None, alias="json")
    form: Values | None = None
    success: tuple[int, ...] | None = None

    @pydantic.model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body_json is not None and self.form is not None:
            raise ValueError("a call has json or form, not both")
        return self


class Way(Part):
    """One way to sign in: used when exactly these fields are filled."""

    fields: tuple[Identifier, ...] = Field(min_length=1)
    basic: "Basic | None" = None
    headers: Values = Field(default_factory=dict)
    token: "TokenExchange | None" = None

    @pydantic.model_validator(mode="after")
    def _says_how(self) -> Self:
        if self.basic is None and not self.headers:
            raise ValueError("a way needs basic or headers, or nothing signs the requests in")
        return self


class Basic(Part):
    """HTTP Basic (RFC 7617)."""

    user: Template
    password: Template


class TokenRefresh(Call):
    """Gets a new token for an old one; `granted` is the answer that gave the first."""

    value: Template
    expires: Expiry | None = None


class TokenExchange(Call):
    """Gets a token that lives a while, known as `token`."""

    value: Template
    expires: Expiry | None = None
    refresh: TokenRefresh | None = None


class Check(Call):
    """The call that tells whether a key works, and whose it is."""

    shows: Template


class AccountField(Part):
    """One thing a person fills in to add an account."""

    id: Identifier
    label: Label
    secret: bool = False
    help: str = ""


class Account(Part):
    """How one signs in."""

    base: HttpsUrl
    fields: tuple[AccountField, ...] = Field(min_length=1)
    ways: tuple[Way, ...] = Field(min_length=1)
    check_: Check = Field(alias="check")


class Sign(Call):
    """Asks the service where to put the bytes.

    Attributes:
        expires: How long the answer is good: seconds, or an ISO date read against the answer's Date.
        max_size: The most bytes it takes, from the answer.
        types: The media types it takes, from the answer.
    """

    expires: Expiry | None = None
    max_size: Template | None = None
    types: Template | None = None
    repeat: bool = True


class Transfer(Part):
    """Sends the bytes.

    Attributes:
        fields: The form's fields before the file: an object, a list of name (or key) and value, or a list of these.
        headers: Likewise; sent exactly so.
        etag: "md5" if this storage's ETag always is the MD5: another one is then an error, not a weaker proof.
        auth: The bytes go to the service itself, with the account's credentials.
    """

    call: Address
    body: Literal["form", "raw"] = "raw"
    fields: Body | None = None
    headers: Body | None = None
    file_field: str = "file"
    success: tuple[int, ...] | None = None
    etag: Literal["md5"] | None = None
    auth: bool = False
    repeat: bool = True

    @pydantic.model_validator(mode="after")
    def _fields_need_a_form(self) -> Self:
        if self.fields is not None and self.body != "form":
            raise ValueError('fields need body = "form"')
        return self


class Confirm(Call):
    """Tells the service that the bytes are there."""

    repeat: bool = False


class Rule(Part):
    """When something holds, a text about it. The first that yields a text counts."""

    when: Template | None = None
    text: Template


class ErrorRule(Rule):
    """What the service means by an answer.

    Attributes:
        success: It counts in answers whose status says success, too: for services that refuse inside a 200.
        kind: Corrects what the status alone would say.
    """

    success: bool = False

    kind: (
        Literal["signed_out", "forbidden", "not_found", "conflict", "refused", "rate_limited", "service_down"] | None
    ) = None


class Ready(Call):
    """Waits until the service has processed the file."""

    done: Template
    failed: tuple[Rule, ...] = ()
    wait: tuple[int, ...] = ()
    every: Seconds = 2
    within: Seconds = 600


class Result(Part):
    """What a stored file is good for."""

    link: Template | None = None
    lifetime: Seconds | None = None
    values: dict[Identifier, Template] = Field(default_factory=dict)


class LookupOne(Call):
    """Gets one record by its id, to name it and to see that it is there."""

    item: Template


class Lookup(Call):
    """Finds records by what a person types. Without `search` in it, the engine picks by label.

    `more` says that there is another page (`page.number`, `page.skip`), `next` gives its cursor (`page.cursor`).
    """

    items: Template
    id: Template
    label: Template
    more: Template | None = None
    next: Template | None = None
    one: LookupOne | None = None


class Link(Part):
    """An address of a record, as people copy it: `{input}` is one part of it, `*` at the end is anything."""

    address: str
    targets: tuple[Identifier, ...] = Field(min_length=1)


class Limits(Part):
    """What is taken: bytes a file, bytes together, files, media types."""

    size: Bytes | None = None
    total: Bytes | None = None
    count: int | None = Field(default=None, ge=1)
    types: tuple[MediaType, ...] = ()


class Choice(Part):
    """One of a closed list."""

    id: str
    label: Label


class Input(Part):
    """One thing a person fills in to say where.

    Attributes:
        lookup: The lookup that finds it.
        lines: How many lines its field has.
        list: It takes several values.
        default: Its value where none is given; given and empty means nothing.
    """

    id: Identifier
    label: Label
    lookup: Identifier | None = None
    optional: bool = False
    lines: int = Field(default=1, ge=1, le=40)
    default: Template | None = None
    list: bool = False
    choices: tuple[Choice, ...] = ()
    help: str = ""


class Prepare(Call):
    """A call before the attach; its answer is known by its id."""

    id: Identifier
    repeat: bool | None = None


class Verify(Call):
    """Looks at what is attached. The engine compares.

    Two shapes. Where the attach makes a new thing: `items` lists the things, `id` tells them apart, `parts` are an
    item's files. Where it adds to a thing that was there: no `items`; `before` are the parts it had, `parts` those it
    has, `id` tells parts apart.
    """

    items: Template | None = None
    id: Template
    parts: Template
    same: Template
    before: Template | None = None
    more: Template | None = None
    next: Template | None = None
    settle: Seconds = 30

    @pydantic.model_validator(mode="after")
    def _one_shape(self) -> Self:
        if (self.items is None) == (self.before is None):
            raise ValueError("needs either items (a new thing is made) or before (a thing that was there gets more)")
        return self


class Target(Part):
    """One kind of thing that files are attached to. Without `call` it is a plain upload."""

    label: Label
    place: Template
    inputs: tuple[Input, ...] = ()
    set: dict[Identifier, Scalar] = Field(default_factory=dict)
    record: Template | None = None
    opens: Template | None = None
    max_files: int | None = Field(default=None, ge=1)
    limits: Limits = Limits()
    sends: bool = False
    seen_by: Literal["me", "team", "customer", "public"]
    experimental: str = ""
    prepare: tuple[Prepare, ...] = ()
    ensure: tuple[Rule, ...] = ()
    call: Address | None = None
    query: Values = Field(default_factory=dict)
    headers: Values = Field(default_factory=dict)
    body_json: Body | None = Field(default=None, alias="json")
    form: Values | None = None
    success: tuple[int, ...] | None = None
    accepted: Template | None = None
    repeat: bool | None = None
    verify: Verify | None = None
    sign: Sign | None = None
    transfer: Transfer | None = None
    confirm: Confirm | None = None
    ready: Ready | None = None
    result: Result | None = None

    @property
    def attach(self) -> Call | None:
        """The attach call by itself."""
        if self.call is None:
            return None
        return Call.model_construct(
            call=self.call,
            query=self.query,
            headers=self.headers,
            body_json=self.body_json,
            form=self.form,
            success=self.success,
        )

    @pydantic.model_validator(mode="after")
    def _whole(self) -> Self:
        if self.call is None:
            for key in ("query", "headers", "body_json", "form", "success", "accepted", "prepare", "ensure", "verify"):
                if getattr(self, key):
                    raise ValueError(f"{key.replace('body_json', 'json')} needs a call")
        if self.body_json is not None and self.form is not None:
            raise ValueError("a call has json or form, not both")
        return self


class Service(Part):
    """A whole service file."""

    format: int
    id: Identifier
    name: Label
    docs: tuple[HttpsUrl, ...] = ()
    checked: dt.date | None = None
    hosts: tuple[Host, ...] = ()
    constants: dict[Identifier, Scalar] = Field(default_factory=dict)
    account: Account
    sign: Sign | None = None
    transfer: Transfer | None = None
    confirm: Confirm | None = None
    ready: Ready | None = None
    result: Result = Result()
    limits: Limits = Limits()
    lookups: dict[Identifier, Lookup] = Field(default_factory=dict)
    links: tuple[Link, ...] = ()
    errors: tuple[ErrorRule, ...] = ()
    targets: dict[Identifier, Target] = Field(min_length=1)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a service file, for editors."""
    schema: dict[str, Any] = Service.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Uploader service file, format 1"
    return schema
