"""Shopify, as its pages describe it: GraphQL with refusals in `userErrors`, an ordered form, files that are processed.

https://shopify.dev/docs/api/admin-graphql/latest/mutations/stagedUploadsCreate, …/fileCreate and …/fileUpdate
"""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from aiohttp import web

from tests.services.doubles.double import KEY, print_of
from tests.services.doubles.graphql import GraphQL

PRODUCT = "gid://shopify/Product/7001"
PATH = "/admin/api/2026-10"


class Shopify(GraphQL):
    """One shop with one product.

    Attributes:
        looks: So many looks at a file find it still being processed.
        broken: What Shopify says of the next file when it cannot be processed.
        media: The ids of the product's pictures; one was there before.
    """

    schema_text = """
        scalar URL
        scalar UnsignedInt64
        enum StagedUploadHttpMethodType { POST PUT }
        enum StagedUploadTargetGenerateUploadResource { FILE IMAGE VIDEO MODEL_3D }
        enum FileContentType { FILE IMAGE VIDEO MODEL_3D }
        enum FileStatus { UPLOADED PROCESSING READY FAILED }
        type Query {
          shop: Shop!
          node(id: ID!): Node
          product(id: ID!): Product
          products(first: Int, query: String): ProductConnection!
        }
        type Mutation {
          stagedUploadsCreate(input: [StagedUploadInput!]!): StagedUploadsCreatePayload
          fileCreate(files: [FileCreateInput!]!): FileCreatePayload
          fileUpdate(files: [FileUpdateInput!]!): FileUpdatePayload
        }
        interface Node { id: ID! }
        interface File { id: ID!  fileStatus: FileStatus!  fileErrors: [FileError!]! }
        type FileError { message: String! }
        type GenericFile implements Node & File {
          id: ID!  fileStatus: FileStatus!  fileErrors: [FileError!]!  url: URL
        }
        type MediaImage implements Node & File {
          id: ID!  fileStatus: FileStatus!  fileErrors: [FileError!]!  image: Image
        }
        type Image { url: URL! }
        type Shop { name: String!  myshopifyDomain: String! }
        type Product implements Node { id: ID!  title: String!  media(first: Int): MediaConnection! }
        type MediaConnection { nodes: [Media!]! }
        type Media { id: ID! }
        type ProductConnection { nodes: [Product!]! }
        type UserError { field: [String!]  message: String! }
        type FilesUserError { code: String  field: [String!]  message: String! }
        input StagedUploadInput {
          filename: String!  mimeType: String!  fileSize: UnsignedInt64
          resource: StagedUploadTargetGenerateUploadResource!  httpMethod: StagedUploadHttpMethodType
        }
        type StagedUploadsCreatePayload { stagedTargets: [StagedMediaUploadTarget!]  userErrors: [UserError!]! }
        type StagedMediaUploadTarget { url: URL  resourceUrl: URL  parameters: [StagedUploadParameter!]! }
        type StagedUploadParameter { name: String!  value: String! }
        input FileCreateInput { originalSource: String!  contentType: FileContentType  filename: String  alt: String }
        type FileCreatePayload { files: [File!]  userErrors: [FilesUserError!]! }
        input FileUpdateInput { id: ID!  referencesToAdd: [ID!]  alt: String }
        type FileUpdatePayload { files: [File!]  userErrors: [FilesUserError!]! }
    """

    def __init__(self) -> None:
        super().__init__()
        self.looks = 2
        self.broken = ""
        self.staged: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.media = ["gid://shopify/MediaImage/1"]

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        return [web.post(f"{PATH}/graphql.json", self._asked), web.post("/staged", self._take)]

    async def _asked(self, request: web.Request) -> web.Response:
        if request.headers.get("X-Shopify-Access-Token") != KEY:
            said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return web.json_response({"errors": said}, status=401)
        return await self.answer(request)

    def _parameters(self, key: str) -> list[dict[str, str]]:
        """In an order that no dictionary would have by chance, and one name twice."""
        file = self.staged[key]
        return [
            {"name": "success_action_status", "value": "201"},
            {"name": "key", "value": key},
            {"name": "Content-Type", "value": file["mimeType"]},
            {"name": "acl", "value": "private"},
            {"name": "x-goog-meta-shop", "value": "a"},
            {"name": "x-goog-meta-shop", "value": "b"},
            {"name": "policy", "value": "eyJleHBpcmF0aW9uIjogIjIwOTktMDEtMDFUMDA6MDA6MDBaIn0="},
        ]

    async def _take(self, request: web.Request) -> web.Response:
        fields, name, content = await self.form_of(request)
        key = dict(fields).get("key", "")
        expected = [(one["name"], one["value"]) for one in self._parameters(key)] if key in self.staged else []
        if fields != expected or name != self.staged[key]["filename"] or len(content) != self.staged[key]["fileSize"]:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        self.staged[key]["content"] = content
        return web.Response(status=201, text="<PostResponse/>")

    def on_shop(self) -> dict[str, str]:
        """Whose key it is."""
        return {"name": "Acme", "myshopifyDomain": "acme.myshopify.com"}

    def on_products(self, first: int, query: str | None = None) -> dict[str, Any]:
        """Find products."""
        assert first
        return {"nodes": [self.on_product(PRODUCT)] if (query or "").casefold() in "red mug" else []}

    def on_product(self, id: str) -> dict[str, Any] | None:  # noqa: A002 - Shopify's name
        """The product."""
        if id != PRODUCT:
            return None
        media = [{"id": one} for one in self.media]
        return {"id": PRODUCT, "title": "Red mug", "media": lambda _info, first: {"nodes": media[:first]}}

    def on_stagedUploadsCreate(self, input: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: A002, N802 - likewise
        """Say where the bytes go."""
        [wanted] = input
        assert isinstance(wanted["fileSize"], str), "64-bit numbers are texts"
        key = f"tmp/{len(self.staged)}/{wanted['filename']}"
        self.staged[key] = {**wanted, "fileSize": int(wanted["fileSize"])}
        source = f"{self.origin}/staged/{len(self.staged)}"
        self.staged[key]["source"] = source
        target = {"url": f"{self.origin}/staged", "resourceUrl": source, "parameters": self._parameters(key)}
        return {"stagedTargets": [target], "userErrors": []}

    def on_fileCreate(self, files: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N802 - likewise
        """Make files of what was stored."""
        [wanted] = files
        staged = next((one for one in self.staged.values() if one["source"] == wanted["originalSource"]), None)
        if staged is None or "content" not in staged:
            return {"files": [], "userErrors": [{"code": "INVALID", "message": "Original source is not valid"}]}
        if PurePath(wanted["filename"]).suffix != PurePath(staged["filename"]).suffix:
            return {"files": [], "userErrors": [{"code": "MISMATCHED_FILENAME", "message": "Extension differs"}]}
        kind = "MediaImage" if wanted["contentType"] == "IMAGE" else "GenericFile"
        made: dict[str, Any] = {
            "__typename": kind,
            "id": f"gid://shopify/{kind}/{100 + len(self.files)}",
            "print": print_of(wanted["filename"], staged["content"]),
            "looks": self.looks,
            "failed": self.broken,
            "fileStatus": "UPLOADED",
            "fileErrors": [],
        }
        self.broken = ""
        self.files[made["id"]] = made
        return {"files": [made], "userErrors": []}

    def on_node(self, id: str) -> dict[str, Any] | None:  # noqa: A002 - likewise
        """A file, which is processed meanwhile."""
        file = self.files.get(id)
        if file is None:
            return None
        file["fileStatus"] = "PROCESSING" if file["looks"] else "FAILED" if file["failed"] else "READY"
        file["looks"] = max(0, file["looks"] - 1)
        if file["fileStatus"] == "FAILED":
            file["fileErrors"] = [{"message": file["failed"]}]
        if file["fileStatus"] == "READY":
            address = f"https://cdn.shopify.com/{len(self.files)}"
            file.update({"url": address, "image": {"url": address}})
        return file

    def on_fileUpdate(self, files: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N802 - likewise
        """Tie files to products; those that are not ready are refused, and then none is tied."""
        wanted = [self.files[one["id"]] for one in files]
        if any(one["fileStatus"] != "READY" for one in wanted):
            return {"files": [], "userErrors": [{"code": "NON_READY_STATE", "message": "Non-ready files"}]}
        if any(one["referencesToAdd"] != [PRODUCT] for one in files):
            return {"files": [], "userErrors": [{"code": "REFERENCE_TARGET", "message": "The product is not there"}]}
        fresh = [one for one in wanted if one["id"] not in self.media]
        self.media += [one["id"] for one in fresh]
        if fresh:
            self.attached.append([one["print"] for one in fresh])
        return {"files": wanted, "userErrors": []}
