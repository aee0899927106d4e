"""What is kept until the program ends, where there is no keychain that would keep it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class OnlyNow:
    """What is kept until the program ends and no longer, however often accounts are opened meanwhile.

    Attributes:
        secrets: By account and field.
        bases: The addresses they were filled in for, by account.
    """

    secrets: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    bases: dict[str, str] = field(default_factory=dict)
