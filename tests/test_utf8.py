"""Texts as UTF-8 and back: what Python's own codecs say, also where blocks of ASCII meet other characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.utf8 import decode, encode, shared_bytes

# The first and last characters of each length in bytes and of each width in memory.
EDGES = "\0\x7f\x80\xff\u0100\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
texts = st.lists(
    st.one_of(st.sampled_from([*EDGES, "a" * 31, "a" * 32, "a" * 33, "\xe9" * 127]), st.text(max_size=3))
).map("".join)


@given(texts)
def test_text_and_bytes_become_each_other(text: str) -> None:
    encoded = text.encode()
    assert encode(text) == encoded
    again = decode(encoded)
    assert again == text
    if len(text) > 1:  # Python keeps one object for a short text, which grows when somebody asks for its UTF-8
        assert again.__sizeof__() == encoded.decode().__sizeof__()


@pytest.mark.parametrize("text", ["\ud800", "\udfff", "a" * 40 + "\udbff\udc00", "\N{GRINNING FACE}\ud800"])
def test_half_of_a_surrogate_pair_is_encoded_as_it_is(text: str) -> None:
    assert encode(text) == text.encode("utf-8", "surrogatepass")


NO_UTF_8 = {
    "tail-alone": b"\x80",
    "head-alone": b"\xc3",
    "tail-missing": b"\xe2\x82a",
    "cut-off": b"\xf0\x9f\x98",
    "too-long-of-2": b"\xc1\xbf",
    "too-long-of-3": b"\xe0\x9f\xbf",
    "too-long-of-4": b"\xf0\x8f\xbf\xbf",
    "half-of-a-pair": b"\xed\xa0\x80",
    "past-the-last": b"\xf4\x90\x80\x80",
    "no-head": b"\xff",
}


@pytest.mark.parametrize("place", [0, 31, 32, 40])
@pytest.mark.parametrize("bad", NO_UTF_8.values(), ids=NO_UTF_8)
def test_bytes_that_are_no_utf_8_are_refused_with_their_place(bad: bytes, place: int) -> None:
    raw = b"a" * place + bad + b"\xc3\xa9" + b"a" * 40
    with pytest.raises(UnicodeDecodeError) as wanted:
        raw.decode()
    with pytest.raises(UnicodeDecodeError) as seen:
        decode(raw)
    assert str(seen.value) == str(wanted.value)


@given(st.lists(st.sampled_from(b"a\x80\xc3\xe2\xed\xf0\x9f\xbf"), max_size=40).map(bytes))
def test_any_bytes_are_decoded_or_refused_as_python_does(raw: bytes) -> None:
    try:
        wanted = raw.decode()
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            decode(raw)
    else:
        assert decode(raw) == wanted


SHARED = {
    "nothing": (b"", b"", 0),
    "less-than-a-block": (b"a" * 63, b"a" * 63, 0),
    "a-block": (b"a" * 64, b"a" * 70, 64),
    "last-byte-differs": (b"a" * 128, b"a" * 127 + b"b", 64),
    "first-byte-differs": (b"b" + b"a" * 99, b"a" * 100, 0),
}


@pytest.mark.parametrize(("first", "second", "wanted"), SHARED.values(), ids=SHARED)
def test_shared_bytes_are_counted_in_whole_blocks(first: bytes, second: bytes, wanted: int) -> None:
    assert shared_bytes(first, second) == shared_bytes(second, first) == wanted
