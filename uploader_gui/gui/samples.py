"""What is attached where, when somebody only tries it out. Knows no Qt."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uploader_gui.core.translation import gettext as _

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow


def fill_in(flow: "Flow", samples: Mapping[str, Mapping[str, str]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a target asks for and is not filled in yet.

    Args:
        flow: The target's.
        samples: By service, what there is to choose, by input id.
        values: What is filled in.
    """
    known = samples.get(flow.service.id, {})
    found: dict[str, Any] = dict(values)
    for one in flow.target.inputs:
        if one.optional or one.default is not None or values.get(one.id) is not None:
            continue
        value: Any = known.get(one.lookup or "") or known.get(one.id)
        if value is None and one.choices:
            value = one.choices[0].id
        elif value is None and not one.lookup:
            value = _("Sample")
        if value is not None:
            found[one.id] = [value] if one.list else value
    return found


def fitting(flow: "Flow", files: Sequence[Path]) -> list[Path]:
    """Those of the sample files that a target takes: only pictures where only these are taken.

    Where the service says each time anew which types it takes, the first one, a report, is what all of them take.
    """
    only_images = any(limits.types and all(one.startswith("image/") for one in limits.types) for limits in flow.limits)
    found = [path for path in files if path.suffix == ".png" or not only_images]
    told_later = flow.sign is not None and flow.sign.types is not None
    return found[: 1 if told_later else flow.max_files]
