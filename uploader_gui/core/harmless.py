"""What reads like words and plain numbers, and so may be shown. Everything else is taken for a secret.

The other way round, a list of what secrets look like, is never complete: keys have no common shape. What words look
like can be said. It is a test of shape: a password that is a word passes it, so known secrets are struck out by
value as well (`core.scrub`).
"""

import re

MOST_CHARACTERS = 64
MOST_DIGITS = 14
MOST_MIXED = 2
LONGEST_WORD = 20

# Letter pairs of English words, first letter and then its followers: random letters hold far fewer of them.
_PAIRS = (
    "abcdfgiklmnprstuvy baeijlosu cacehiklortu dadegiosu eabcdefglmnprstvwx faefilotru geghainorst haeiortu "
    "iabcdefglmnoprstvz jeou kensi ladeilostuy maeiopsu nacdefgikostuvy obcdgklmnoprstuvwx paehiloprstu qu "
    "radegikmnorstuvwy sacehiopstu tacehilorstuwy ubcegilmnprst vaei waehilor xpt yes zeo"
)
_KNOWN_PAIRS = frozenset(row[0] + follower for row in _PAIRS.split() for follower in row[1:])

# Words of the trade that the pairs take for random.
_KNOWN_WORDS = frozenset({
    "aiohttp", "amazonaws", "awsaccesskeyid", "byte", "download", "draft", "drafts", "graphql", "python", "s3object",
    "webhook",
})  # fmt: skip

# "v1", "oauth2", "sha256"; "3rd"; nothing where letters and digits go on taking turns.
_MIXED = re.compile(r"[A-Za-z]{1,10}[0-9]{1,4}|[0-9]{1,4}[A-Za-z]{1,2}")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_MOST_REMEMBERED = 4096
_remembered: set[tuple[str, str]] = set()
"""What was found harmless, with its joints: the same few names come with every request. Never what was not."""


def harmless(text: str, *, joints: str = "._-~:") -> bool:
    """Whether a text is made of words, plain numbers and short mixtures of both, and of nothing else.

    Args:
        text: Up to MOST_CHARACTERS characters of ASCII; anything else is not harmless.
        joints: The characters that may stand between and around the parts.

    Returns:
        True for "direct_uploads", "v1", "2026-11-20"; False for "", UUIDs, keys, base64 and hex of some length.
    """
    if not text or len(text) > MOST_CHARACTERS or not text.isascii():
        return False
    if (text, joints) in _remembered:
        return True
    found = _looked_at(text, joints)
    if found and len(_remembered) < _MOST_REMEMBERED:
        _remembered.add((text, joints))
    return found


def _looked_at(text: str, joints: str) -> bool:
    words, digits, mixed = list[str](), 0, 0
    for part in re.split(f"[{re.escape(joints)}]", text):
        if not part or part.lower() in _KNOWN_WORDS:
            continue
        if part.isdigit():
            digits += len(part)
        elif part.isalpha():
            words.append(part)
        elif _MIXED.fullmatch(part):
            mixed += 1
            digits += sum(char.isdigit() for char in part)
            words.append(part.strip("0123456789"))
        else:
            return False
    return digits <= MOST_DIGITS and mixed <= MOST_MIXED and _reads(words)


def _reads(words: list[str]) -> bool:
    """Whether words read like words. All together: groups of five random letters are a licence key."""
    humps = sum(len(_HUMPS.findall(word)) for word in words)
    letters = sum(len(word) for word in words)
    if any(len(word) > LONGEST_WORD for word in words) or humps > len(words) + letters // 4:
        return False
    if letters < 8:
        return True
    pairs = [a + b for word in words for a, b in zip(word.lower(), word.lower()[1:], strict=False)]
    known = sum(pair in _KNOWN_PAIRS for pair in pairs)
    return bool(pairs) and known / len(pairs) >= (0.8 if letters >= 16 else 0.7)
