"""Looking for secrets in bytes, however they are written. Shares no code with what is tested by it."""

import base64
from collections.abc import Iterable
from urllib.parse import quote, quote_plus


def forms(secret: str) -> set[bytes]:
    """Every way a secret is looked for: plain, base64 at all three alignments, hex in both cases, URL-encoded."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    found |= {quote(secret, safe="").encode(), quote_plus(secret).encode(), quote(quote(secret, safe="")).encode()}
    found |= {"".join(f"%{byte:02x}" for byte in raw).encode(), "".join(f"%{byte:02X}" for byte in raw).encode()}
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # With neighbours on both sides, so that the characters that hold bits of them can be cut off.
            whole = encode(b"\0" * before + raw + b"\0" * (-(before + len(raw)) % 3))
            end = len(whole) - (2 if (before + len(raw)) % 3 else 0)
            found.add(whole[2 if before else 0 : end])
    return {form for form in found if len(form) >= 6}


def leaks(data: bytes, secrets: Iterable[str]) -> list[str]:
    """The secrets that are in the data, and around each the bytes it was found in."""
    found = []
    for secret in secrets:
        for form in forms(secret):
            at = data.find(form)
            if at >= 0:
                found.append(f"{secret!r} as {form!r} in {data[max(0, at - 80) : at + 80]!r}")
    return found
