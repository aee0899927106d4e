"""What a service file may say, key by key. Read by pydantic, which finds all mistakes at once.

These frozen values are what the engine runs. What only the whole file can tell (names that are not known, a step used
before it ran) or several keys together is in `whole` and `calls`; how the parts become one flow is in `flow`.
"""

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic
from pydantic import ConfigDict, Field, Strict

from uploader_gui.core.accounts import PASSPHRASE
from uploader_gui.services.kinds import (
    Body,
    Bytes,
    Count,
    Credentials,
    Expiry,
    Flag,
    Headers,
    Host,
    HttpsUrl,
    Identifier,
    Label,
    MediaType,
    PageUrl,
    Pairs,
    Scalar,
    Seconds,
    ServiceId,
    Status,
)
from uploader_gui.services.template import Address, Template

FORMAT = 1


class Part(pydantic.BaseModel):
    """A table of the file: unknown keys are mistakes, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


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
    query: Pairs = Field(default_factory=dict)
    headers: Headers = Field(default_factory=dict)
    body_json: Body | None = Field(default=None, alias="json")
    form: Pairs | None = None
    success: tuple[Status, ...] | None = None


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


class Way(Part):
    """One way to sign in: used when exactly these fields are filled."""

    fields: tuple[Identifier, ...] = Field(min_length=1)
    basic: Basic | None = None
    headers: Credentials = Field(default_factory=dict)
    token: TokenExchange | None = None


class Check(Call):
    """The call that tells whether a key works, and whose it is.

    Attributes:
        shows: For people: "Ann Lee, Acme Sales".
        author: The account's id, as what it makes carries it: see `by` in Verify.
    """

    shows: Template
    author: Template | None = None


class AccountField(Part):
    """One thing a person fills in to add an account."""

    id: Identifier
    label: Label
    secret: Flag = False
    help: str = ""


class Account(Part):
    """How one signs in.

    Attributes:
        base: Where the service is.
        base_help: Where each customer has an address of their own: what it looks like. Then `base` is only an example:
            a person fills in theirs, and nothing is ever sent to the example.
        rate_limit: Whom "too many requests" slows down: everything that is sent to that host, or that account alone.
    """

    base: HttpsUrl
    base_help: str = ""
    rate_limit: Literal["host", "account"] = "host"
    fields: tuple[AccountField, ...] = Field(min_length=1)
    ways: tuple[Way, ...] = Field(min_length=1)
    check_: Check = Field(alias="check")

    @property
    def secret(self) -> frozenset[str]:
        """The names of what is never shown or known outside the sign-in, the passphrase of a certificate included."""
        return frozenset({PASSPHRASE, *(one.id for one in self.fields if one.secret)})


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
    repeat: Flag = True


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
    success: tuple[Status, ...] | None = None
    etag: Literal["md5"] | None = None
    auth: Flag = False
    repeat: Flag = True


class Confirm(Call):
    """Tells the service that the bytes are there."""

    repeat: Flag = False


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

    success: Flag = False
    kind: (
        Literal["signed_out", "forbidden", "not_found", "conflict", "refused", "rate_limited", "service_down"] | None
    ) = None


class Ready(Call):
    """Waits until the service has processed the file."""

    done: Template
    failed: tuple[Rule, ...] = ()
    wait: tuple[Status, ...] = ()
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


class Cleanup(Call):
    """Deletes what a stored file has left at the service, when it is not attached after all: once, if it can be had."""


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
    count: Count | None = None
    types: tuple[MediaType, ...] = ()


class Choice(Part):
    """One of a closed list."""

    id: str
    label: Label


class Input(Part):
    """One thing a person fills in to say where.

    Attributes:
        lookup: The lookup that finds it.
        free: A value that the lookup does not list may be right as well.
        lines: How many lines its field has.
        list: It takes several values.
        default: Its value where none is given; given and empty means nothing.
        keep: It stays filled in for the next batch: it says how or in what, and not on which record.
    """

    id: Identifier
    label: Label
    lookup: Identifier | None = None
    free: bool = False
    keep: Flag = False
    optional: Flag = False
    lines: Annotated[int, Strict(), Field(ge=1, le=40)] = 1
    default: Template | None = None
    list: Flag = False
    choices: tuple[Choice, ...] = ()
    help: str = ""


class Found(Call):
    """Looks what a call before the attach has made, when its answer got lost: so that it is not made twice.

    Attributes:
        items: The things of which it makes one.
        id: Tells them apart.
        same: Whether an item is as the call makes it. New, and no other batch's, it must be as well.
        settle: Seconds after which a server has surely come to rest.
    """

    items: Template
    id: Template
    same: Template
    more: Template | None = None
    next: Template | None = None
    settle: Seconds = 30


class Prepare(Call):
    """A call before the attach; its answer is known by its id.

    Attributes:
        found: How what it made is found again; an item must have what is used of its answer.
    """

    id: Identifier
    repeat: Flag | None = None
    found: Found | None = None


class Verify(Call):
    """Looks at what is attached. The engine compares.

    Two shapes. Where the attach makes a new thing: `items` lists the things, `id` tells them apart, `parts` are an
    item's files. Where it adds to a thing that was there: no `items`; `before` are the parts it had, `parts` those it
    has, `id` tells parts apart.

    Attributes:
        same: Whether a part is one of our files. Best by an id that the service gave to ours; where it shows none, by
            name and size, and then `by` must tell our things from a colleague's.
        by: Who made an item: compared with `author` in [account.check].
        made: The id of what the attach made, in the attach's own answer: then no other batch takes it for its own.
        settle: Seconds after which a server has surely come to rest.
    """

    items: Template | None = None
    id: Template
    parts: Template
    same: Template
    before: Template | None = None
    by: Template | None = None
    made: Template | None = None
    more: Template | None = None
    next: Template | None = None
    settle: Seconds = 30


class Target(Part):
    """One kind of thing that files are attached to. Without `call` it is a plain upload."""

    label: Label
    place: Template
    inputs: tuple[Input, ...] = ()
    set: dict[Identifier, Scalar] = Field(default_factory=dict)
    record: Template | None = None
    opens: Template | None = None
    max_files: Count | None = None
    limits: Limits = Limits()
    sends: Flag = False
    seen_by: Literal["me", "team", "members", "customer", "public"]
    experimental: str = ""
    prepare: tuple[Prepare, ...] = ()
    ensure: tuple[Rule, ...] = ()
    call: Address | None = None
    query: Pairs = Field(default_factory=dict)
    headers: Headers = Field(default_factory=dict)
    body_json: Body | None = Field(default=None, alias="json")
    form: Pairs | None = None
    success: tuple[Status, ...] | None = None
    accepted: Template | None = None
    repeat: Flag | None = None
    verify: Verify | None = None
    sign: Sign | None = None
    transfer: Transfer | None = None
    confirm: Confirm | None = None
    ready: Ready | None = None
    result: Result | None = None
    cleanup: Cleanup | None = None

    @property
    def attach(self) -> Call | None:
        """The attach call by itself."""
        if self.call is None:
            return None
        return Call.model_construct(
            call=self.call,
            query=self.query,
            headers=self.headers,
            json=self.body_json,
            form=self.form,
            success=self.success,
        )


class Service(Part):
    """A whole service file."""

    format: Literal[1]
    id: ServiceId
    name: Label
    docs: tuple[PageUrl, ...] = ()
    checked: Annotated[dt.date, Strict()] | None = None
    hosts: tuple[Host, ...] = ()
    constants: dict[Identifier, Scalar] = Field(default_factory=dict)
    account: Account
    sign: Sign | None = None
    transfer: Transfer | None = None
    confirm: Confirm | None = None
    ready: Ready | None = None
    result: Result = Result()
    cleanup: Cleanup | None = None
    limits: Limits = Limits()
    lookups: dict[Identifier, Lookup] = Field(default_factory=dict)
    links: tuple[Link, ...] = ()
    errors: tuple[ErrorRule, ...] = ()
    targets: dict[Identifier, Target] = Field(min_length=1, max_length=100)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a service file, for editors."""
    schema: dict[str, Any] = Service.model_json_schema(by_alias=True)
    _close(schema)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"Uploader service file, format {FORMAT}"
    return schema


def _close(schema: Any) -> None:
    """Let tables of named tables take no other names; pydantic leaves that open."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for member in schema.values():
            _close(member)
    elif isinstance(schema, list):
        for member in schema:
            _close(member)
