"""How lines and rules are made comparable: two foldings, one for phrases and one for patterns.

A phrase is compared whole, so its folding may change lengths.  A pattern answers with offsets, so its folding replaces
code points one for one.
"""

from __future__ import annotations

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
FOLDED = _QUOTES | _DASHES | _SPACES
_TABLE = str.maketrans(FOLDED)

_EDGE = regex.compile(r"^[\p{P}\p{S}\s]+|(?<![\p{P}\p{S}\s])[\p{P}\p{S}\s]+$")
_SPACE_RUN = regex.compile(r"\s+")


def fold_shape(text: str) -> str:
    r"""The text with typographic quotes, dashes and spaces as their ASCII twins; offsets stay valid.

    >>> fold_shape("Don\u2019t miss \u2014 more")
    "Don't miss - more"
    """
    return text if text.isascii() and "\t" not in text else text.translate(_TABLE)


def fold_phrase(text: str) -> str:
    """The text as phrases are compared: NFC, full case folding, quotes and dashes folded, white space squeezed, edge
    punctuation and symbols dropped.

    >>> fold_phrase("  Leave a  REPLY: ")
    'leave a reply'
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    squeezed = _SPACE_RUN.sub(" ", fold_shape(folded))
    return _EDGE.sub("", squeezed)
