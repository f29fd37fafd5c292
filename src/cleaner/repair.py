"""Repairs of damage, never of taste: the only module that knows ftfy.

Every line is offered to ftfy with conservative settings: mojibake, HTML entities, control characters and decomposed
letters are mended; curly quotes, ligatures and letter widths are the author's.  A gate lets lines pass that ftfy would
return unchanged; it asks the same questions as ftfy 6.3.1 itself (`fix_and_explain`), so both roads lead to the same
text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter

import regex
from ftfy import ExplanationStep, TextFixerConfig, fix_and_explain
from ftfy.badness import is_bad

from cleaner.cut import LINE_END
from cleaner.damage import CONTROL
from cleaner.model import Action, Edit, Reason
from cleaner.scan import Scan, scan
from cleaner.utf8 import encode

CONFIG = TextFixerConfig(
    unescape_html=True,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    normalization="NFC",
    explain=True,
)
CODE_CONFIG = CONFIG._replace(unescape_html=False)

# ftfy reads at most this many code points at once (TextFixerConfig.max_decode_length).
_PIECE_CHARS = 1_000_000

# Whatever ftfy's steps other than mojibake detection and NFC could act on: its control characters, C1 controls,
# surrogates.
_SUSPECT = regex.compile(f"[{CONTROL}]")
_ENTITY = regex.compile(r"&#?[0-9A-Za-z]{1,24};")

REPAIRS = {
    name: Reason(f"repair/{name}", 1, "encoding")
    for name in (
        "line-end",
        "mojibake",
        "entity",
        "control",
        "normalization",
        "trailing-space",
        "blank-line",
        "final-newline",
    )
}

_WHITE_SPACE = {REPAIRS[name] for name in ("line-end", "trailing-space", "blank-line", "final-newline")}

_STEP_REPAIRS = {
    "unescape_html": "entity",
    "remove_control_chars": "control",
    "remove_terminal_escapes": "control",
    "fix_surrogates": "control",
    "NFC": "normalization",
}


def is_code(text: str) -> bool:
    """Whether entities in this text are meant as they stand: an angle bracket says that the text shows markup.

    The question is ftfy's (`unescape_html="auto"`), asked once per document and not from line to line.
    """
    return "<" in text


def repair(text: str, scanned: Scan | None = None) -> list[Edit]:
    """Edits that mend the text line by line: line ends, encoding damage, trailing white space.

    `scanned` is a scan of the text, which tells the lines that need a look.
    """
    scanned = scanned or scan(encode(text))
    edits = [_edit(start, end, "", "trailing-space") for start, end in scanned.trailing]
    if scanned.odd:
        unescape = not is_code(text)
        for start, end in scanned.odd:
            edits.extend(_repair_lines(text[start:end], start, unescape))
        edits.sort(key=_start)
    return edits


_start = attrgetter("start")


def _repair_lines(lines: str, offset: int, unescape: bool) -> Iterator[Edit]:
    start = 0
    for match in LINE_END.finditer(lines):
        yield from _repair_line(lines[start : match.start()], offset + start, unescape)
        if match.group() != "\n":
            yield _edit(offset + match.start(), offset + match.end(), "\n", "line-end")
        start = match.end()
    if start < len(lines):
        yield from _repair_line(lines[start:], offset + start, unescape)


def is_white_space(edits: Sequence[Edit]) -> bool:
    """Whether the edits only tidy: no line says anything else after them, so nothing is left to judge again."""
    return all(edit.reason in _WHITE_SPACE for edit in edits)


def _edit(start: int, end: int, after: str, name: str) -> Edit:
    return Edit(start, end, after, Action.REPAIR, REPAIRS[name])


def _repair_line(line: str, start: int, unescape: bool) -> Iterator[Edit]:
    if needs_repair(line, unescape):
        for piece in range(0, len(line), _PIECE_CHARS):
            is_last = piece + _PIECE_CHARS >= len(line)
            mend = _mend_cached if len(line) <= _CACHED_CHARS else _mend
            for edit in mend(line[piece : piece + _PIECE_CHARS], unescape, is_last):
                yield Edit(start + piece + edit.start, start + piece + edit.end, edit.after, edit.action, edit.reason)
        return
    body = len(line.rstrip())
    if body < len(line):
        yield _edit(start + body, start + len(line), "", "trailing-space")


def needs_repair(line: str, unescape: bool) -> bool:
    """Whether ftfy could change this line: False only where it surely returns it as it is."""
    if _SUSPECT.search(line) or (unescape and "&" in line and _ENTITY.search(line)):
        return True
    return not line.isascii() and (not unicodedata.is_normalized("NFC", line) or _holds_bad_sequence(line))


def _holds_bad_sequence(line: str) -> bool:
    """What `ftfy.badness.is_bad` says, asked only of runs beyond ASCII with the characters beside them that it sees."""
    return any(
        is_bad(line[max(0, run.start() - _BESIDE) : run.end() + _BESIDE]) for run in _BEYOND_ASCII.finditer(line)
    )


_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_BESIDE = 3  # the sequences of `ftfy.badness.BADNESS_RE` look at two at most


def _mend(line: str, unescape: bool, is_last: bool) -> tuple[Edit, ...]:
    """Edits of one line, narrowed to the words that changed; trailing white space goes as well where the line ends."""
    fixed, steps = fix_and_explain(line, CONFIG if unescape else CODE_CONFIG)
    name = _repair_name(steps or [])
    edits: list[Edit] = []
    body = len(line)
    if is_last:
        body = len(_TRAILING.sub("", line))
        fixed = fixed.rstrip()
    before_words, after_words = line[:body].split(" "), fixed.split(" ")
    if len(before_words) != len(after_words):
        before_words, after_words = [line[:body]], [fixed]
    start = 0
    for before, after in zip(before_words, after_words, strict=True):
        if before != after:
            edits.append(_narrow(start, before, after, name))
        start += len(before) + 1
    if body < len(line):
        edits.append(_edit(body, len(line), "", "trailing-space"))
    return tuple(edits)


# Damaged lines come back (menus, footers), whole documents in one line do not.
_CACHED_CHARS = 2_000
_mend_cached = lru_cache(maxsize=4096)(_mend)

# White space at the end, but for the control characters among it, which ftfy may turn into text.
_TRAILING = regex.compile(r"(?<![^\S\x1c-\x1f\x85])[^\S\x1c-\x1f\x85]+$")


def _narrow(start: int, before: str, after: str, name: str) -> Edit:
    """The edit of `before` to `after` without what they share at both ends."""
    most = min(len(before), len(after))
    head = next((i for i in range(most) if before[i] != after[i]), most)
    tail = next((i for i in range(most - head) if before[-1 - i] != after[-1 - i]), most - head)
    return _edit(start + head, start + len(before) - tail, after[head : len(after) - tail], name)


def _repair_name(steps: list[ExplanationStep]) -> str:
    """The repair that names the edits of a line: mojibake before all, then the first step that ftfy took."""
    names = [_STEP_REPAIRS.get(step.parameter, "mojibake") for step in steps]
    return "mojibake" if "mojibake" in names else (names or ["control"])[0]
