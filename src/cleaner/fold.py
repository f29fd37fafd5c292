"""How lines and rules are made comparable: two foldings, one for phrases and one for patterns.

A phrase is compared whole, so its folding may change lengths.  A pattern answers with offsets, so its folding replaces
code points one for one.
"""

from __future__ import annotations

import re
import string
import unicodedata

import regex

_QUOTES = {
    **dict.fromkeys(
        "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{SINGLE LOW-9 QUOTATION MARK}", "'"
    ),
    **dict.fromkeys("\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}\N{PRIME}", "'"),
    **dict.fromkeys(
        "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}", '"'
    ),
    **dict.fromkeys("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", "'"),
    **dict.fromkeys("\N{DOUBLE HIGH-REVERSED-9 QUOTATION MARK}\N{DOUBLE PRIME}\N{FULLWIDTH QUOTATION MARK}", '"'),
    **dict.fromkeys("\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}", '"'),
}
_DASHES = dict.fromkeys(
    "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{MINUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "-",
)
_SPACES = dict.fromkeys(
    "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}\N{IDEOGRAPHIC SPACE}\N{THIN SPACE}\N{HAIR SPACE}"
    "\N{EN SPACE}\N{EM SPACE}\N{MEDIUM MATHEMATICAL SPACE}\N{PUNCTUATION SPACE}\N{EN QUAD}\N{EM QUAD}"
    "\N{THREE-PER-EM SPACE}\N{FOUR-PER-EM SPACE}\N{SIX-PER-EM SPACE}\t",
    " ",
)
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
FOLDED = _FULL_WIDTH | _QUOTES | _DASHES | _SPACES
_FOLDABLE = re.compile(f"[{re.escape(''.join(FOLDED))}]")  # far less time than str.translate on a line of prose

_ASCII_EDGE = string.punctuation + " "  # what _EDGE means in ASCII
_EDGE = regex.compile(r"^[\p{P}\p{S} ]+|(?<![\p{P}\p{S} ])[\p{P}\p{S} ]+$")

# What readers don't read: soft hyphens and zero-width characters, Arabic vowel marks and the stroke that stretches
# words; and the dot that full case folding leaves over the Turkish capital.
_UNREAD = regex.compile(
    r"[\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}"
    r"\N{ARABIC TATWEEL}\u064b-\u065f\N{ARABIC LETTER SUPERSCRIPT ALEF}]"
)
_COMPOSES = regex.compile(r"\p{NFC_QC=Maybe}")
_DOTS_OVER_I = regex.compile(r"(?<=i)\N{COMBINING DOT ABOVE}+")


def fold_shape(text: str) -> str:
    r"""The text with typographic quotes, dashes, spaces and full-width characters as ASCII; offsets stay valid.

    >>> fold_shape("Don\u2019t miss \u2014 more")
    "Don't miss - more"
    """
    for character in set(_FOLDABLE.findall(text)):
        text = text.replace(character, FOLDED[character])
    return text


def fold_phrase(text: str) -> str:
    """The text as phrases are compared, so that what reads the same is the same.

    Compatibility forms and composition (NFKC), full case folding with all four letters i as one, quotes and dashes
    folded, unread characters dropped, white space squeezed, edge punctuation and symbols dropped.

    >>> fold_phrase("  Leave a  REPLY: ")
    'leave a reply'
    """
    if text.isascii():
        return " ".join(text.lower().split()).strip(_ASCII_EDGE)
    return _EDGE.sub("", " ".join(_fold_letters(text).split()))


def _fold_letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", fold_shape(text)).casefold().replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    read = _DOTS_OVER_I.sub("", _UNREAD.sub("", folded))
    return unicodedata.normalize("NFC", fold_shape(read))


def fold_alone(character: str) -> str:
    """What one character becomes when nothing stands beside it; a dot above, which an i swallows, becomes nothing."""
    return "" if character == "\N{COMBINING DOT ABOVE}" else _fold_letters(character)


def fold_character(character: str) -> str | None:
    """What one character becomes in a folded phrase; None where that may depend on the characters beside it.

    It may not where the character neither combines nor composes, before and after folding: then a text of such
    characters folds one by one.
    """
    folded = _fold_letters(character)
    return folded if all(map(_stands_alone, character + folded)) else None


def _stands_alone(character: str) -> bool:
    """Whether the character starts afresh: no combining mark, and nothing before it can absorb it or swallow it up."""
    return not unicodedata.combining(character) and not _COMPOSES.match(character)
