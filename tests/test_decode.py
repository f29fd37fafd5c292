"""Bytes of many kinds: what they are read as, and what is refused."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from cleaner.decode import DecodeError, declared_charset, decode


def spell(script: str, names: str) -> str:
    """A text out of the Unicode names of its letters; `_` is a space."""
    return "".join(" " if name == "_" else unicodedata.lookup(f"{script} {name}") for name in names.split())


E_ACUTE = "\N{LATIN SMALL LETTER E WITH ACUTE}"
A_GRAVE = "\N{LATIN SMALL LETTER A WITH GRAVE}"
CAFE = f"caf{E_ACUTE} \N{EM DASH} na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve"
FRENCH = (
    f"L'{E_ACUTE}t{E_ACUTE} {A_GRAVE} la mer \N{EM DASH} qu\N{RIGHT SINGLE QUOTATION MARK}il soit long, voil{A_GRAVE}."
)
RUSSIAN = spell("CYRILLIC SMALL LETTER", "ES IE GHE O DE EN YA _ EN IE _ BE YERU EL O _ DE O ZHE DE YA _") * 3
KANJI = spell(
    "CJK UNIFIED", "IDEOGRAPH-4ECA IDEOGRAPH-65E5 IDEOGRAPH-5929 IDEOGRAPH-6C17 IDEOGRAPH-516C IDEOGRAPH-5712"
)
JAPANESE = (KANJI + spell("HIRAGANA LETTER", "NO TE N KI GA I I NO DE SA N PO NI I KI MA SU")) * 3
CIRCLED_ONE = "\N{CIRCLED DIGIT ONE}"  # in the Shift JIS of Windows, not in that of the standard
KOREAN = spell("HANGUL SYLLABLE", "O NEUL EUN _ NAL SSI GA _ JOH A SEO _ GONG WEON E _ GAB NI DA _") * 3
UHC = "\N{HANGUL SYLLABLE DDOM}"  # in the EUC-KR of Windows, not in that of the standard
THAI = "".join(
    unicodedata.lookup(f"THAI CHARACTER {name}")
    for name in ("WO WAEN", "MAI HAN-AKAT", "NO NU", "NO NU", "SARA II", "MAI THO", "O ANG", "SARA AA", "KO KAI")
)


READ = {
    "empty": (b"", "", "utf-8"),
    "ascii": (b"Ferries\r\n", "Ferries\r\n", "utf-8"),
    "utf-8": (CAFE.encode(), CAFE, "utf-8"),
    "utf-8 with mark": (codecs.BOM_UTF8 + CAFE.encode(), CAFE, "utf-8"),
    "only a mark": (codecs.BOM_UTF8, "", "utf-8"),
    "utf-16 little endian": (codecs.BOM_UTF16_LE + CAFE.encode("utf-16-le"), CAFE, "utf-16-le"),
    "utf-16 big endian": (codecs.BOM_UTF16_BE + CAFE.encode("utf-16-be"), CAFE, "utf-16-be"),
    "utf-32 little endian": (codecs.BOM_UTF32_LE + CAFE.encode("utf-32-le"), CAFE, "utf-32-le"),
    "utf-32 big endian": (codecs.BOM_UTF32_BE + CAFE.encode("utf-32-be"), CAFE, "utf-32-be"),
    "mark inside the text stays": (
        "a\N{ZERO WIDTH NO-BREAK SPACE}b".encode(),
        "a\N{ZERO WIDTH NO-BREAK SPACE}b",
        "utf-8",
    ),
    "utf-8 with a windows-1252 quote": (
        (E_ACUTE * 20).encode() + b" it\x92s",
        E_ACUTE * 20 + " it\N{RIGHT SINGLE QUOTATION MARK}s",
        "utf-8 with windows-1252",
    ),
    "utf-8 cut in the middle of a letter": (
        (E_ACUTE * 20).encode()[:-1],
        E_ACUTE * 19 + "\N{LATIN CAPITAL LETTER A WITH TILDE}",
        "utf-8 with windows-1252",
    ),
    "utf-8 mark before broken utf-8": (
        codecs.BOM_UTF8 + (E_ACUTE * 20).encode() + b"\x92",
        E_ACUTE * 20 + "\N{RIGHT SINGLE QUOTATION MARK}",
        "utf-8 with windows-1252",
    ),
    "a few control characters are no binary": (b"a" * 100 + b"\x01\x02", "a" * 100 + "\x01\x02", "utf-8"),
    "escape sequences of a terminal": (b"\x1b[1mFerries\x1b[0m", "\x1b[1mFerries\x1b[0m", "utf-8"),
    "form feeds": (b"\f\f\f", "\f\f\f", "utf-8"),
}


@pytest.mark.parametrize(("raw", "text", "encoding"), READ.values(), ids=READ)
def test_decode(raw: bytes, text: str, encoding: str) -> None:
    decoded = decode(raw)
    assert (decoded.text, decoded.encoding) == (text, encoding)


# What the detector answers is its own; that its answer is read as the web reads it is ours.
DETECTED = {
    "windows-1252": ("cp1252", FRENCH),
    "windows-1251": ("cp1251", RUSSIAN),
    "koi8": ("koi8-r", RUSSIAN),
    "euc-jp": ("euc_jp", JAPANESE),
    "shift-jis": ("shift_jis", JAPANESE),
    "shift-jis of windows": ("cp932", JAPANESE + CIRCLED_ONE),
    "euc-kr": ("euc_kr", KOREAN),
    "euc-kr of windows": ("cp949", KOREAN + UHC),
    "thai": ("cp874", THAI * 4),
}


@pytest.mark.parametrize(("encoding", "text"), DETECTED.values(), ids=DETECTED)
def test_a_detected_encoding(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)).text == text


CAFE_LATIN = b"caf\xe9 ole"
CAFE_TEXT = f"caf{E_ACUTE} ole"
DECLARED = {
    "right": (RUSSIAN.encode("koi8-r"), "koi8-r", RUSSIAN),
    "wrong, for utf-8": (CAFE.encode(), "windows-1252", CAFE),
    "wrong, and does not fit": (CAFE_LATIN, "utf-8", CAFE_TEXT),
    "unknown": (CAFE_LATIN, "x-nonsense", CAFE_TEXT),
    "no encoding of text": (CAFE_LATIN, "rot13", CAFE_TEXT),
    "an encoding that only fails": (CAFE_LATIN, "undefined", CAFE_TEXT),
    "utf-16 that its own declaration belies": (CAFE_LATIN, "utf-16", CAFE_TEXT),
    "mark beats declaration": (codecs.BOM_UTF16_LE + CAFE.encode("utf-16-le"), "windows-1252", CAFE),
}


@pytest.mark.parametrize(("raw", "declared", "text"), DECLARED.values(), ids=DECLARED)
def test_a_declaration_is_a_hint(raw: bytes, declared: str, text: str) -> None:
    assert decode(raw, declared=declared).text == text


REFUSED = {
    "zero byte": (b"PK\x03\x04\0", None, "a zero byte at offset 4"),
    "zero byte in a huge file": (b"a" * 100_000 + b"\0", None, "a zero byte at offset 100000"),
    "utf-16 without its mark": ("Ferries".encode("utf-16-le"), None, "UTF-16 without its mark"),
    "control characters": (bytes(range(1, 9)) * 4, None, "32 of 32 bytes are control characters"),
    "utf-16 mark, odd length": (codecs.BOM_UTF16_LE + b"a\0b", None, "byte-order mark says utf-16-le, but byte 2"),
    "utf-32 mark, wrong code point": (codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff", None, "says utf-32-le, but byte 0"),
    "forced, unknown": (b"abc", "latin-99", "unknown encoding 'latin-99'"),
    "forced, no encoding of text": (b"abc", "hex", "unknown encoding 'hex'"),
    "forced, does not fit": (CAFE_LATIN, "utf-8", "not utf-8: byte 3 does not fit"),
    "forced, only fails": (b"abc", "undefined", "not undefined"),
}


@pytest.mark.parametrize(("raw", "forced", "finding"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_text(raw: bytes, forced: str | None, finding: str) -> None:
    with pytest.raises(DecodeError, match=finding):
        decode(raw, forced=forced)


FORCED = {
    "against utf-8": (CAFE.encode(), "cp1252", CAFE.encode().decode("cp1252")),
    "utf-16 without its mark": ("Ferries".encode("utf-16-le"), "utf-16-le", "Ferries"),
    "utf-8 with a mark": (codecs.BOM_UTF8 + b"Ferries", "utf-8", "Ferries"),
    "utf-16 with a mark": ("Ferries".encode("utf-16"), "utf-16", "Ferries"),
}


@pytest.mark.parametrize(("raw", "forced", "text"), FORCED.values(), ids=FORCED)
def test_a_forced_encoding(raw: bytes, forced: str, text: str) -> None:
    assert decode(raw, forced=forced).text == text


CHARSETS = {
    "html 5": (b'<meta charset="koi8-r">', "koi8-r"),
    "without quotes": (b"<META CHARSET=Windows-1251>", "Windows-1251"),
    "html 4": (b'<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">', "shift_jis"),
    "white space": (b"<meta charset = ' utf-8 '>", "utf-8"),
    "none": (b"<html><head><title>charset=utf-8</title>", None),
    "of a script": (b'<script charset="utf-8"></script>', None),
    "too far down": (b" " * 5000 + b'<meta charset="utf-8">', None),
    "no bytes": (b"", None),
}


@pytest.mark.parametrize(("html", "charset"), CHARSETS.values(), ids=CHARSETS)
def test_declared_charset(html: bytes, charset: str | None) -> None:
    assert declared_charset(html) == charset
