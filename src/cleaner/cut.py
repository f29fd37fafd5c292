"""The one place that changes text: apply edits, stack one layer of edits on another, and take them back.

Edits of one layer are sorted and disjoint.  Each stage of the pipeline reports a layer against the text it saw;
`compose` translates a later layer into offsets of the source, so that one flat list of edits explains the whole way.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import regex
from msgspec.structs import replace

from cleaner.model import Action, CleanerError, Edit

# U+0085 is none: in scraped text it is the ellipsis of windows-1252, which `repair` mends.
LINE_END = regex.compile(r"\r\n|[\n\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")


class RestoreError(CleanerError):
    """A clean text and its ledger do not belong together."""


def cut(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits applied.

    >>> from cleaner.model import Action, Reason
    >>> cut("Read me. Share", [Edit(8, 14, "", Action.REMOVE, Reason("share", 1, "share"))])
    'Read me.'
    """
    parts = []
    position = 0
    for edit in edits:
        parts.append(text[position : edit.start])
        parts.append(edit.after)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def restore(text: str, edits: Iterable[Edit]) -> str:
    """The source that `cut` turned into `text` by these edits, which carry their `before`.

    Raises `RestoreError` where the text does not hold what an edit put there.
    """
    parts = []
    source_position = position = 0
    for edit in edits:
        kept = edit.start - source_position
        parts.append(text[position : position + kept])
        position += kept
        if text[position : position + len(edit.after)] != edit.after or edit.end - edit.start != len(edit.before):
            raise RestoreError(f"the text differs from its ledger at code point {position} ({edit.reason.rule})")
        position += len(edit.after)
        parts.append(edit.before)
        source_position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def compose(first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """One layer of edits of the source that does what `first` and then `second` do.

    `first` has offsets into the source, `second` into the text that `first` makes.  A later edit that spans an earlier
    removal is split around it, so each removal keeps its own name; one that takes a repaired span takes over its
    source span, and what it leaves of the repair stands beside it as an insertion.
    """
    if not first:
        return list(second)
    result: list[Edit] = []
    waiting = list(reversed(first))
    shift = 0  # source offset minus offset in the middle text, left of the next waiting edit

    for edit in second:
        while waiting and waiting[-1].start - shift + len(waiting[-1].after) <= edit.start:
            early = waiting.pop()
            result.append(early)
            shift = early.end - (early.start - shift + len(early.after))
        start, after = edit.start + shift, edit.after
        if waiting and waiting[-1].start - shift < edit.start:
            after = waiting[-1].after[: edit.start - (waiting[-1].start - shift)] + after
            start = waiting[-1].start
        while waiting and waiting[-1].start - shift < edit.end:
            inner = waiting.pop()
            inner_start = inner.start - shift
            inner_end = inner_start + len(inner.after)
            if not inner.after and inner.action is not Action.REPAIR:
                if start < inner.start or after:
                    result.append(replace(edit, start=start, end=inner.start, after=after, takes_line=False))
                result.append(inner)
                start, after = inner.end, ""
            elif inner_end > edit.end:
                rest = inner.after[edit.end - inner_start :]
                if start < inner.end or after:
                    result.append(replace(edit, start=start, end=inner.end, after=after))
                waiting.append(replace(inner, start=inner.end, after=rest))
                shift = inner.end - edit.end
                break
            shift = inner.end - inner_end
        else:
            end = edit.end + shift
            if start < end or after:
                result.append(replace(edit, start=start, end=end, after=after))
    result.extend(reversed(waiting))
    return result


def locate(source: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits with `before` and the 1-based `line` filled in from the source that their offsets point into."""
    located: list[Edit] = []
    line, start = 1, 0
    starts: list[int] | None = None
    if "\r" in source or "\N{LINE SEPARATOR}" in source or "\N{PARAGRAPH SEPARATOR}" in source:
        starts = [match.end() for match in LINE_END.finditer(source)]
    for edit in edits:
        line = line + source.count("\n", start, edit.start) if starts is None else bisect_right(starts, edit.start) + 1
        start = edit.start
        before = source[start : edit.end]
        located.append(Edit(start, edit.end, edit.after, edit.action, edit.reason, before, line, edit.takes_line))
    return tuple(located)
