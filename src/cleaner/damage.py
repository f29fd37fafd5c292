"""Which characters may be a sign of damage, so that a scan can pass by the lines that `cleaner.repair` leaves alone.

ftfy 6.3.1 changes a line for four reasons only: a control character, an entity, a form that is not NFC, or a sequence
that its table of badness holds (`ftfy.badness`).  Each of those sequences holds a character that is suspicious by
itself, or two neighbours beyond ASCII, and the table itself is asked which two.  `tests/test_scan.py` proves it on
fuzzed texts, `tests/test_repair.py` on all texts of the benchmark.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex
from ftfy.badness import BADNESS_RE, MOJIBAKE_CATEGORIES

# Categories whose characters are in no bad sequence among themselves.
_HARMLESS = ("common", "lower_common", "upper_common")
_RISKY = regex.compile(
    f"[{''.join(MOJIBAKE_CATEGORIES[name] for name in MOJIBAKE_CATEGORIES if name not in _HARMLESS)}]"
)

# Bad sequences may hold one of these and nothing else beyond ASCII, or nothing else that is risky.
_BAD_ALONE = (
    "\N{LATIN CAPITAL LIGATURE OE}\N{LATIN SMALL LIGATURE OE}\N{LATIN CAPITAL LETTER A WITH TILDE}"
    "\N{LATIN CAPITAL LETTER A WITH CIRCUMFLEX}\N{CYRILLIC CAPITAL LETTER DJE}"
)
CONTROL = "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u206a-\u206f\ufeff\ufff9-\ufffc\ud800-\udfff"
_ODD = regex.compile(rf"[{CONTROL}\r\N{{LINE SEPARATOR}}\N{{PARAGRAPH SEPARATOR}}{_BAD_ALONE}]|(?!\p{{NFC_QC=Yes}})")


def is_odd(character: str) -> bool:
    """Whether a line with this character must be looked at, whatever stands beside it; also for a line end that is
    none of `\\n`.
    """
    return _ODD.match(character) is not None or unicodedata.combining(character) > 0


def is_risky(character: str) -> bool:
    """Whether the character may be part of a bad sequence together with another one beyond ASCII."""
    return _RISKY.match(character) is not None


@lru_cache(maxsize=100_000)
def is_bad_pair(first: int, second: int) -> bool:
    """Whether a bad sequence begins with these two code points beyond ASCII, or holds them behind one of ASCII.

    Every sequence with neighbours beyond ASCII does, those apart whose characters are odd by themselves.
    """
    pair = chr(first) + chr(second)
    texts = [pair, f"a{pair}", f"A{pair}", f" {pair}", f".{pair}", *(pair + other for other in _OTHERS)]
    if pair[0] in _FIRST_OF_FOUR:
        texts += [pair + third + other for third in _FIRST_OF_FOUR for other in _OTHERS]
    return any(BADNESS_RE.match(text) for text in texts)


# The one kind of bad sequences beyond ASCII that is longer than three holds one of these twice: mojibake of Arabic.
_FIRST_OF_FOUR = "\N{LATIN CAPITAL LETTER O WITH STROKE}\N{LATIN CAPITAL LETTER U WITH GRAVE}"


_TABLE = regex.compile(f"[{''.join(MOJIBAKE_CATEGORIES.values())}]")
# What may follow a pair in a bad sequence: every character of ftfy's table, and one each of the other kinds.
_OTHERS = [*_TABLE.findall("".join(map(chr, [*range(0x80, 0x2600), *range(0xE000, 0x10000)]))), "a", "A", " ", "."]
