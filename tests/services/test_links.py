"""A pasted address fills inputs, or is not understood; nothing in between, and nothing crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.services import catalogue
from uploader_gui.services.links import read_link

CLOSE = catalogue.find("close")


@pytest.mark.parametrize(
    "address",
    [
        "https://app.close.com/lead/lead_x",
        "https://app.close.com/lead/lead_x/",
        "https://app.close.com/lead/lead_x/#note",
        "https://app.close.com/lead/lead_x/?a=b&lead=y#c",
        "https://app.close.com/lead/lead_x/activity/5",
        "https://app.close.com//lead//lead_x",
        "https://APP.Close.Com/lead/lead_x",
        "HTTPS://app.close.com/lead/lead_x",
        "https://app.close.com:443/lead/lead_x",
        "  https://app.close.com/lead/lead_x\n",
        "https://app.close.com/lead/lead%5Fx",
    ],
)
def test_a_record(address: str) -> None:
    """However a browser writes it, the record is found, with targets that do not send."""
    linked = read_link(CLOSE, address)
    assert linked is not None
    assert linked.inputs == {"lead": "lead_x"}
    assert linked.targets[0] == "note"
    assert not any(CLOSE.targets[name].sends for name in linked.targets)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lead_x",
        "http://app.close.com/lead/lead_x",
        "ftp://app.close.com/lead/lead_x",
        "https://close.com/lead/lead_x",
        "https://app.close.com.evil.example/lead/lead_x",
        "https://app.close.com:8443/lead/lead_x",
        "https://ann@app.close.com/lead/lead_x",
        "https://app.close.com@evil.example/lead/lead_x",
        "https://app.close.com/",
        "https://app.close.com/lead/",
        "https://app.close.com/Lead/lead_x",
        "https://app.close.com/contact/lead_x",
        "https://app.close.com/lead/..",
        "https://app.close.com/lead/%2e%2e/x",
        "https://app.close.com/lead/%00/x",
        "https://app.close.com/lead/a%0d%0ab/",
        "https://[app.close.com/lead/lead_x",
        "https://app.close.com:port/lead/lead_x",
        "javascript:alert(1)",
    ],
)
def test_no_record(address: str) -> None:
    """Another host, scheme or path, somebody's name in front, and what is no address at all are not understood."""
    assert read_link(CLOSE, address) is None


def test_percent_encoding_is_undone_once() -> None:
    """An input holds what the service means, which the address of a call encodes again."""
    linked = read_link(CLOSE, "https://app.close.com/lead/a%2Fb%20%2525/")
    assert linked is not None
    assert linked.inputs == {"lead": "a/b %25"}


@given(st.one_of(st.text(), st.text().map("https://app.close.com/".__add__), st.text().map("https://".__add__)))
def test_anything_pasted(address: str) -> None:
    """Whatever is in the clipboard, the answer is a record or none."""
    linked = read_link(CLOSE, address)
    assert linked is None or set(linked.inputs) == {"lead"}
