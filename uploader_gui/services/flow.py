"""One target's flow: the steps each file takes, and what each step must know and leave behind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.services import schema, survey
from uploader_gui.services.digests import OF_NAME
from uploader_gui.services.inspection import Requirement, uses_of
from uploader_gui.services.shape import Path

# Who may still need what a step left behind: everything that comes after it here.
ORDER = (*survey.UPLOAD_STEPS, "result", "prepare", "attach", "verify", "cleanup", "shown")


class MissingAnswerError(Exception):
    """An answer lacks what the flow needs of it.

    Attributes:
        path: The missing path, without the step's name: "signed_id". Names come from the service file, not the answer.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What happens with files that go to one target.

    Attributes:
        service: The whole service file.
        target_id: The target kind.
        sign, transfer, confirm, ready: The steps of each file; None where there is none.
        result: What a stored file is good for.
        cleanup: Deletes what a file that is not attached after all has left; None where that cannot be had, or where
            nothing is attached: there a stored file may be in use already.
        digests_first: The digests ("md5", "sha256", "crc32c") that must be known before the transfer begins.
        needs_image_size: Width and height of each file must be known.
        same_is_certain: The target's verify tells its files from all others by an id that the service gave them.
        locked_inputs: The inputs that a file's steps use: known before the first upload and fixed afterwards.
        required: By step, what its answer must have: of each group of paths one.
        kept: By step, the paths of its answer that anything uses.
        needed: By upload step, the paths of what is known that are still used once it is done.
    """

    service: schema.Service
    target_id: str
    sign: schema.Sign | None
    transfer: schema.Transfer
    confirm: schema.Confirm | None
    ready: schema.Ready | None
    result: schema.Result
    cleanup: schema.Cleanup | None
    digests_first: frozenset[str]
    needs_image_size: bool
    same_is_certain: bool
    locked_inputs: frozenset[str]
    required: Mapping[str, frozenset[Requirement]] = field(repr=False)
    kept: Mapping[str, frozenset[Path]] = field(repr=False)
    needed: Mapping[str, frozenset[Path]] = field(repr=False)

    @property
    def target(self) -> schema.Target:
        """The target kind's own part."""
        return self.service.targets[self.target_id]

    @property
    def limits(self) -> tuple[schema.Limits, ...]:
        """All limits that apply."""
        return (self.service.limits, self.target.limits)

    @property
    def max_files(self) -> int | None:
        """How many files one batch may have; None for any number."""
        found = [count for count in (self.target.max_files, *(one.count for one in self.limits)) if count is not None]
        return min(found, default=None)

    def has(self, step: str) -> bool:
        """Whether each file takes this step."""
        return getattr(self, step) is not None

    def keep(self, step: str, answer: Any) -> Any:
        """Reduce an answer to what the flow uses of it.

        Raises:
            MissingAnswerError: Something that must be there is not, or is null.
        """
        for group in self.required.get(step, ()):
            if not any(_at(answer, path[1:]) is not None for path in group):
                raise MissingAnswerError(" or ".join(sorted(".".join(path[1:]) or "anything" for path in group)))
        return _reduced(answer, [path[1:] for path in self.kept.get(step, ())])

    def keep_headers(self, step: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Reduce an answer's headers, by small names, to those the flow uses as `headers.<step>.<name>`.

        Raises:
            MissingAnswerError: One that must be there is not.
        """
        for group in self.required.get("headers", ()):
            names = sorted(path[2] for path in group if path[1:2] == (step,) and len(path) > 2)
            if len(names) == len(group) and not any(name in headers for name in names):
                raise MissingAnswerError(f"header {' or '.join(names)}")
        wanted = {path[2] for path in self.kept.get("headers", ()) if path[1:2] == (step,) and len(path) > 2}
        return {name: value for name, value in headers.items() if name in wanted}

    def trim(self, answers: Mapping[str, Any], done: str) -> dict[str, Any]:
        """Forget what no step after `done` uses: signed addresses, forms and their policies live no longer than needed.

        Args:
            answers: What the steps so far left behind, by step, and under "headers" again by step.
            done: The upload step that has just ended.
        """
        wanted = self.needed[done]
        trimmed = {}
        for owner, answer in answers.items():
            left = _reduced(answer, [path[1:] for path in wanted if path[0] == owner])
            if owner == "transfer":
                # Short, never secret, and without a path of their own.
                left = {**left, **{name: answer[name] for name in ("status", "etag") if name in answer}}
            trimmed[owner] = left
        return trimmed


def _names_an_id(paths: Iterable[Path]) -> bool:
    """Whether a comparison rests on what the service answered about our file, and on nothing another may have too."""
    owners = {path[0] for path in paths if path[:2] not in {("transfer", "status"), ("transfer", "etag")}}
    return bool(owners & {*survey.UPLOAD_STEPS}) and "file" not in owners


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _reduced(value: Any, paths: Iterable[Path]) -> Any:
    """Copy only these paths out of an answer."""
    paths = list(paths)
    if () in paths:
        return value
    kept: dict[str, Any] = {}
    for name in {path[0] for path in paths}:
        below = [path[1:] for path in paths if path[0] == name]
        if isinstance(value, dict) and name in value:
            kept[name] = _reduced(value[name], below)
    return kept


def flow(service: schema.Service, target_id: str) -> Flow:
    """Put a target's flow together from a checked service file."""
    target = service.targets[target_id]
    steps = survey.steps_of(service, target)
    seen: dict[str, set[Path]] = defaultdict(set)
    used_by: dict[str, set[Path]] = defaultdict(set)
    required: dict[str, set[Requirement]] = defaultdict(set)
    digests: set[str] = set()
    locked: set[str] = set()
    needs_size = certain = False
    for place in (*survey.of_upload(service, target_id), *survey.of_batch(service, target_id)):
        for expression in place.template.expressions:
            uses = uses_of(expression, place.known)
            used_by[place.step] |= uses.seen
            if place.key.endswith(".verify.same"):
                certain = _names_an_id(uses.seen)
            for path in uses.seen:
                seen[path[0]].add(path)
                if path[0] == "file" and path[1] in OF_NAME and place.step in {"sign", "transfer"}:
                    digests.add(OF_NAME[path[1]])
                needs_size |= path[0] == "file" and path[1] in {"width", "height"}
                if path[0] == "target" and place.step in {*survey.UPLOAD_STEPS, "result"}:
                    locked.add(path[1])
            if place.step in {"shown", "inputs", "verify", "cleanup"}:
                continue
            for group in uses.required:
                for owner in {path[0] for path in group}:
                    required[owner].add(group)
    # What only one of several steps can give is not required of each of them.
    alone = {
        owner: frozenset(group for group in groups if all(path[0] == owner for path in group))
        for owner, groups in required.items()
    }
    return Flow(
        service=service,
        target_id=target_id,
        sign=steps.get("sign"),
        transfer=steps["transfer"],
        confirm=steps.get("confirm"),
        ready=steps.get("ready"),
        result=target.result or service.result,
        cleanup=None if target.call is None else target.cleanup or service.cleanup,
        digests_first=frozenset(digests),
        needs_image_size=needs_size,
        same_is_certain=certain,
        locked_inputs=frozenset(locked) & {one.id for one in target.inputs},
        required=alone,
        kept={owner: frozenset(paths) for owner, paths in seen.items()},
        needed={
            step: frozenset().union(*(used_by[later] for later in ORDER[ORDER.index(step) + 1 :]))
            for step in survey.UPLOAD_STEPS
        },
    )
