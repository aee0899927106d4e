"""The records that are there at the start, with ids that stay the same from run to run."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

_COMPANIES = (
    "Adler", "Bright", "Cobalt", "Delta", "Ember", "Falken", "Granite", "Harbour", "Iris", "Juniper",
    "Kestrel", "Linden", "Meridian", "Nordlicht", "Orchard", "Pinnacle", "Quarz", "Riverside", "Solstice", "Tamarind",
)  # fmt: skip
_TRADES = ("Logistics", "Foods", "Software", "Interiors", "Legal & Tax")


def stable_uuid(name: str) -> str:
    """The same UUID for the same name, always."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"practice:{name}"))


USERS: Mapping[str, str] = MappingProxyType({"user_AnnLee": "Ann Lee", "user_BoNguyen": "Bo Nguyen"})
"""Close: each user's name; the account's first, then a colleague."""

LEADS: Mapping[str, str] = MappingProxyType(
    {
        "lead_globex": "Globex Corporation",
        "lead_initech": "Initech",
        "lead_acme": "Acme GmbH & Co. KG",
        **{
            f"lead_{number:03}": f"{company} {trade}"
            for number, (company, trade) in enumerate(((c, t) for t in _TRADES for c in _COMPANIES), start=1)
        },
    }
)
"""Close: ids and names of the leads."""

CONTACTS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "cont_globex_hank": ("lead_globex", "Hank Scorpio", "hank@globex.example", "+14155550199"),
        "cont_globex_martina": ("lead_globex", "Martina Groß", "martina@globex.example", "+14155550198"),
        "cont_initech_bill": ("lead_initech", "Bill Lumbergh", "bill@initech.example", "+15125550142"),
        "cont_acme_wiley": ("lead_acme", "Wiley Köhler", "wiley@acme.example", "+4989555010"),
    }
)
"""Close: each contact's lead, name, email and phone."""

OPPORTUNITY_STATUSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"stat_active": ("Active", "active"), "stat_won": ("Won", "won"), "stat_lost": ("Lost", "lost")}
)
"""Close: each status' label and type."""

OBJECTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "client_client": (stable_uuid("object:client_client"), "Contacts"),
        "deals": (stable_uuid("object:deals"), "Deals"),
        "projects": (stable_uuid("object:projects"), "Projects"),
    }
)
"""Kizen: each object's id and label."""

RECORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "rec_ann": ("client_client", "Ann Lee"),
        "rec_bo": ("client_client", "Bo Nguyen"),
        "rec_deal_globex": ("deals", "Globex renewal"),
        "rec_deal_acme": ("deals", "Acme GmbH & Co. KG, first order"),
        "rec_project_move": ("projects", "Office move"),
        **{f"rec_{number:03}": ("client_client", f"{name} Contact") for number, name in enumerate(_COMPANIES, start=1)},
    }
)
"""Kizen: each record's object and name."""

FILE_FIELDS: Mapping[str, str] = MappingProxyType({"documents": "Documents", "contracts": "Contracts"})
"""Kizen: the files fields that every object has, with their labels."""

CONNECTORS: Mapping[str, str] = MappingProxyType(
    {stable_uuid("connector:price-list"): "Price list import", stable_uuid("connector:leads"): "Leads of a trade fair"}
)
"""Kizen: the smart connectors."""

ASSISTANTS: Mapping[str, str] = MappingProxyType(
    {
        stable_uuid("assistant:hr"): "HR and payroll",
        stable_uuid("assistant:tax"): "Tax",
        stable_uuid("assistant:law"): "Law",
    }
)
"""Haufe: the assistants."""

THREADS: Mapping[str, str] = MappingProxyType(
    {
        stable_uuid("thread:leave"): "Parental leave",
        stable_uuid("thread:travel"): "Travel expenses abroad",
        stable_uuid("thread:lease"): "Lease of the warehouse",
    }
)
"""Haufe: the threads of the account's user."""

MEMBERS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {42_001: ("Ann Lee", "ann@acmesales.example"), 42_002: ("Bo Nguyen", "bo@acmesales.example")}
)
"""Circle: each member's name and email; the account's first, then a colleague."""

SPACES: Mapping[int, tuple[str, str, bool]] = MappingProxyType(
    {
        1001: ("Start here", "basic", False),
        1002: ("Show your work", "basic", False),
        1003: ("Gallery", "image", False),
        1004: ("News from the team", "basic", True),
    }
)
"""Circle: each space's name, type, and whether members cannot post in it."""

ROOMS: Mapping[str, str] = MappingProxyType(
    {stable_uuid("room:general"): "General", stable_uuid("room:design"): "Design feedback"}
)
"""Circle: the chat rooms."""

SAMPLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "close": MappingProxyType(
            {
                "lead": "lead_globex",
                "contact": "cont_globex_hank",
                "email": "acti_draft_globex",
                "sent_email": "acti_sent_globex",
                "status": "stat_active",
                "sender": '"Ann Lee" <ann@acmesales.example>',
                "local_phone": "+14155550100",
                "remote_phone": "+14155550199",
                "me": "user_AnnLee",
                "colleague": "user_BoNguyen",
            }
        ),
        "kizen": MappingProxyType(
            {
                "object": "client_client",
                "record": "rec_ann",
                "field": "documents",
                "connector": stable_uuid("connector:price-list"),
            }
        ),
        "haufe": MappingProxyType({"assistant": stable_uuid("assistant:hr"), "thread": stable_uuid("thread:leave")}),
        "circle": MappingProxyType(
            {
                "room": stable_uuid("room:general"),
                "space": "1002",
                "image_space": "1003",
                "closed_space": "1004",
                "me": "42001",
                "colleague": "42002",
            }
        ),
    }
)
"""The ids worth knowing for a demonstration or a test, by service and by the input they belong in.

close: lead (Globex Corporation), contact (its Hank Scorpio), email (a draft to Globex with one file), sent_email (one
that is no draft), status, sender, local_phone, remote_phone, me and colleague (users). kizen: object (contacts), record
(Ann Lee), field (Documents), connector. haufe: assistant, thread. circle: room, space, image_space, closed_space
(members cannot post there), me and colleague (members).
"""
