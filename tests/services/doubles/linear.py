"""Linear, as its pages describe it: GraphQL, and a signed PUT that takes exactly the headers it was signed with.

https://linear.app/developers/how-to-upload-a-file-to-linear
"""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.services.doubles.double import KEY, print_of
from tests.services.doubles.graphql import GraphQL, RefusedError

ISSUE, IDENTIFIER = "8f3c6a52-54a0-4be1-9e16-0b1b7e3e1d11", "ENG-7"
PAGE = 2
CACHE = "public, max-age=31536000"


class Linear(GraphQL):
    """One workspace with one issue.

    Attributes:
        comments: Of the issue, oldest first.
        attachments: Of the issue, by address: the same address again is the same attachment.
    """

    schema_text = """
        type Query {
          viewer: User!
          searchIssues(term: String!, first: Int): IssueSearchPayload!
          issue(id: String!): Issue!
        }
        type Mutation {
          fileUpload(contentType: String!, filename: String!, size: Int!, makePublic: Boolean): UploadPayload!
          commentCreate(input: CommentCreateInput!): CommentPayload!
          attachmentCreate(input: AttachmentCreateInput!): AttachmentPayload!
        }
        type User { id: ID!  name: String!  organization: Organization! }
        type Organization { name: String! }
        type IssueSearchPayload { nodes: [Issue!]! }
        type Issue {
          id: ID!  identifier: String!  title: String!
          comments(first: Int, after: String): CommentConnection!
        }
        type CommentConnection { nodes: [Comment!]!  pageInfo: PageInfo! }
        type PageInfo { hasNextPage: Boolean!  endCursor: String }
        type Comment { id: ID!  body: String!  user: User }
        type UploadPayload { success: Boolean!  uploadFile: UploadFile }
        type UploadFile { uploadUrl: String!  assetUrl: String!  headers: [UploadFileHeader!]! }
        type UploadFileHeader { key: String!  value: String! }
        input CommentCreateInput { issueId: String  body: String }
        type CommentPayload { success: Boolean!  comment: Comment! }
        input AttachmentCreateInput { issueId: String!  title: String!  url: String!  subtitle: String }
        type AttachmentPayload { success: Boolean!  attachment: Attachment! }
        type Attachment { id: ID!  url: String! }
    """

    def __init__(self) -> None:
        super().__init__()
        self.announced: dict[str, dict[str, Any]] = {}
        self.comments: list[dict[str, str]] = []
        self.attachments: dict[str, str] = {}

    def routes(self) -> Iterable[web.RouteDef]:
        """What it answers."""
        return [web.post("/graphql", self._asked), web.put("/storage/{id}/{name}", self._take)]

    async def _asked(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != KEY:  # a personal key stands alone, without Bearer
            error = {
                "message": "Authentication required, not authenticated",
                "extensions": {"code": "AUTHENTICATION_ERROR"},
            }
            return web.json_response({"errors": [error]}, status=401)
        answer = await self.answer(request)
        assert isinstance(answer.body, bytes)
        # https://linear.app/developers/rate-limiting
        return web.Response(body=answer.body, status=400) if b"RATELIMITED" in answer.body else answer

    async def _take(self, request: web.Request) -> web.Response:
        file = self.announced[request.match_info["id"]]
        content = await self.bytes_of(request)
        signed = {
            "x-goog-content-length-range": f"{file['size']},{file['size']}",
            "Content-Disposition": 'attachment; filename="x"',
            "Content-Type": file["type"],
            "Cache-Control": CACHE,
        }
        if any(request.headers.get(name) != value for name, value in signed.items()) or len(content) != file["size"]:
            return web.Response(status=403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")
        file["content"] = content
        return web.Response()

    def on_viewer(self) -> dict[str, Any]:
        """Whose key it is."""
        return {"id": "user-ann", "name": "Ann Lee", "organization": {"name": "Acme"}}

    def on_searchIssues(self, term: str, first: int) -> dict[str, Any]:  # noqa: N802 - Linear's name
        """Find issues."""
        assert first
        return {"nodes": [self.on_issue(ISSUE)] if term.casefold() in "broken printer" else []}

    def on_issue(self, id: str) -> dict[str, Any]:  # noqa: A002 - Linear's name
        """The issue, by its id or as people call it."""
        if id not in {ISSUE, IDENTIFIER}:
            raise RefusedError("Entity not found: Issue", code="INPUT_ERROR", type="invalid input")
        return {"id": ISSUE, "identifier": IDENTIFIER, "title": "Broken printer", "comments": self._page}

    def _page(self, _info: object, first: int, after: str | None = None) -> dict[str, Any]:
        assert first >= PAGE
        begin = int(after or 0)
        shown = self.comments[begin : begin + PAGE]
        end = begin + len(shown)
        return {"nodes": shown, "pageInfo": {"hasNextPage": end < len(self.comments), "endCursor": str(end)}}

    def on_fileUpload(self, contentType: str, filename: str, size: int) -> dict[str, Any]:  # noqa: N802, N803 - likewise
        """Say where the bytes go."""
        name = f"{len(self.announced)}"
        asset = f"https://uploads.linear.app/acme/{name}"
        self.announced[name] = {"type": contentType, "name": filename, "size": size, "asset": asset}
        headers = [
            {"key": "x-goog-content-length-range", "value": f"{size},{size}"},
            {"key": "Content-Disposition", "value": 'attachment; filename="x"'},
        ]
        url = f"{self.origin}/storage/{name}/file"
        return {"success": True, "uploadFile": {"uploadUrl": url, "assetUrl": asset, "headers": headers}}

    def _stored(self, asset: str) -> dict[str, Any]:
        return next(one for one in self.announced.values() if one["asset"] == asset and "content" in one)

    def on_commentCreate(self, input: dict[str, str]) -> dict[str, Any]:  # noqa: A002, N802 - likewise
        """Make a comment: the assets in its Markdown are its files."""
        self.on_issue(input["issueId"])
        comment = {"id": f"comment-{len(self.comments)}", "body": input["body"]}
        self.comments.append(comment)
        links = [line for line in input["body"].split("\n\n") if line.startswith("[")]
        assert links
        files = []
        for link in links:
            name, _, asset = link.removeprefix("[").removesuffix(")").rpartition("](")
            assert "]" not in name.replace("\\]", ""), "the name ends too early"
            file = self._stored(asset)
            files.append(print_of(name.replace("\\]", "]"), file["content"]))
        self.attached.append(files)
        return {"success": True, "comment": comment}

    def on_attachmentCreate(self, input: dict[str, str]) -> dict[str, Any]:  # noqa: A002, N802 - likewise
        """Make an attachment, or update the one with this address."""
        self.on_issue(input["issueId"])
        file = self._stored(input["url"])
        if input["url"] not in self.attachments:
            self.attached.append([print_of(input["title"], file["content"])])
        self.attachments.setdefault(input["url"], f"attachment-{len(self.attachments)}")
        return {"success": True, "attachment": {"id": self.attachments[input["url"]], "url": input["url"]}}
