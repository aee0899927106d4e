"""The digests that expressions may name: in hexadecimal by their name, in Base64 as `<name>_base64`."""

DIGESTS = ("md5", "sha256", "crc32c")
OF_NAME = {name + form: name for name in DIGESTS for form in ("", "_base64")}
"""What a file is asked for, and which digest that needs."""
