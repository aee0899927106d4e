"""Files to try things out with: a report, a picture and a table, small and made on the spot."""

import struct
import zlib
from pathlib import Path


def pdf() -> bytes:
    """Return a one-page PDF with a line of text, its table of offsets correct."""
    text = b"BT /F1 24 Tf 72 720 Td (Sample report) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    body = b"%PDF-1.4\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for number, content in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + end


def png(width: int = 64, height: int = 40) -> bytes:
    """Return a small picture whose colours run from corner to corner."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, 160)) for x in range(width)) for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def csv() -> bytes:
    """Return a small table with a letter beyond ASCII in it."""
    return "day,visitors,place\n2026-11-18,41,Zürich\n2026-11-19,57,Bern\n".encode()


def make_samples(folder: Path) -> list[Path]:
    """Write the three files; the PDF is the first."""
    contents = {"report.pdf": pdf(), "picture.png": png(), "visitors.csv": csv()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]
