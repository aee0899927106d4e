"""The person's own service files: what a new one would do, adding and removing. In an errand's thread."""

import contextlib
from pathlib import Path

from uploader_gui.core import translation
from uploader_gui.services import catalogue
from uploader_gui.services.language import in_language
from uploader_gui.services.replacing import replaced
from uploader_gui.services.review import review
from uploader_gui.services.variables import shared_variable
from uploader_gui.workers.service_facts import Own, Proposal, Removed
from uploader_gui.workers.works import Works


def own() -> list[Own]:
    """The person's own service files, those with mistakes too."""
    bundled = catalogue.bundled()
    found = []
    for service_id in catalogue.own():
        replaces = service_id in bundled
        try:
            service = catalogue.find(service_id)
        except catalogue.ServiceFileError as error:
            mistakes = tuple(map(str, error.mistakes))
            found.append(Own(id=service_id, name=None, mistakes=mistakes, replaces=replaces))
        except catalogue.UnknownServiceError:
            found.append(Own(id=service_id, name=None, replaces=replaces))
        else:
            found.append(Own(id=service_id, name=service.name, replaces=replaces))
    return found


def propose(path: Path) -> Proposal:
    """Read and check a service file; nothing is kept. Raises OSError."""
    content = catalogue.content_of(path)
    try:
        service = catalogue.read(path.name, content)
    except catalogue.ServiceFileError as error:
        return Proposal(file=path.name, mistakes=tuple(map(str, error.mistakes)))
    facts, before = review(in_language(service, translation.language())), replaced(service)
    return Proposal(
        file=path.name,
        id=service.id,
        name=service.name,
        own_address=facts.own_address,
        keys_go_to=facts.keys_go_to,
        bytes_go_to=facts.bytes_go_to,
        bytes_go_anywhere=facts.bytes_go_anywhere,
        targets=facts.targets,
        sends=facts.sends,
        experimental=facts.experimental,
        replaces=None if before is None else before.name or "",
        replaces_bundled=before is not None and not before.own,
        new_hosts=() if before is None else before.new_hosts,
        gone_hosts=() if before is None else before.gone_hosts,
        shared=shared_variable(service, added=True),
        content=content,
    )


def add(proposal: Proposal) -> Path:
    """Keep what was read and agreed to, not what the file holds by now. Raises OSError."""
    service = catalogue.read(proposal.file, proposal.content)
    # Whoever agreed was told that it takes the program's own one's place.
    return catalogue.add(service, proposal.content, replace=proposal.replaces_bundled)


def remove(works: Works, service_id: str) -> Removed:
    """Remove one; accounts and batches that need it are named. Raises OSError and StoreError."""
    name = next((one.name for one in own() if one.id == service_id and one.name), service_id)
    with contextlib.suppress(catalogue.UnknownServiceError, catalogue.BundledServiceError):  # gone meanwhile
        catalogue.remove(service_id)
    if service_id in catalogue.bundled():
        return Removed(name=name, again=True)
    accounts = tuple(one.name for one in works.known.accounts if one.service.id == service_id)
    batches = sum(one.service == service_id for one in works.ledger.batches(ended=False))
    return Removed(name=name, again=False, accounts=accounts, batches=batches)
