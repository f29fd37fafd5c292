"""The whole story: bytes -> decoded text -> repaired -> lines -> judged -> cut -> `Cleaned`.

Cleaning repeats until nothing changes.  A rule's place or neighbours may only come true once other lines are gone (see
`Judge.judge`), its phrase once another rule has changed the line; going on to the end makes cleaning twice the same as
cleaning once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from cleaner.cut import compose, cut, locate
from cleaner.judge import Judge, Judged
from cleaner.model import Cleaned, CleanerError, Document, Edit
from cleaner.repair import is_white_space, repair
from cleaner.rules.derived import known_from_before
from cleaner.rules.load import RuleSet, load_rules
from cleaner.rules.profile import Selection
from cleaner.segment import segment

# Removals shrink the text, so passes end by themselves; only replacements that feed each other make this many more.
MAX_PASSES = 100
MAX_GROWTH = 4  # a text this many times its source is one of them too


class UnsettledError(CleanerError):
    """Rules go on replacing what they put there themselves."""


class Cleaner:
    """Rules made ready once and used for many documents; a document's result depends on that document alone."""

    def __init__(
        self,
        *,
        profile: str = "article",
        rules: Sequence[str | Path] | str | Path = (),
        selection: Selection | None = None,
    ) -> None:
        """Load the shipped packs of a profile, and the packs and overrides (files or folders) of `rules` with them.

        `selection` chooses among their rules.  Raises `PackError` with every problem of every file, `ProfileError`
        where there is no such profile or the selection names no rule.
        """
        paths = [rules] if isinstance(rules, str | Path) else rules
        loaded = load_rules([Path(path) for path in paths], profile=profile, selection=selection)
        with known_from_before(loaded):
            self._use(loaded)

    @classmethod
    def of(cls, rules: RuleSet) -> Cleaner:
        """A cleaner with exactly these rules."""
        cleaner = cls.__new__(cls)
        cleaner._use(rules)
        return cleaner

    def _use(self, rules: RuleSet) -> None:
        self.rules = rules
        self._judge = Judge(rules.rules)

    def clean(
        self, text: str, *, url: str | None = None, title: str | None = None, language: str | None = None
    ) -> Cleaned:
        """The clean text with every edit that made it; see `clean_document`."""
        return self.clean_document(Document(text, title=title, url=url, language=language))

    def clean_document(self, document: Document, encoded: bytes = b"") -> Cleaned:
        """The clean text of the document and its edits, with code-point offsets into the document's text.

        `encoded` is that text as UTF-8, where it is at hand.

        Raises `UnsettledError` where rules replace in circles, `PatternTimeoutError` where a pattern takes too long,
        `TextTooLongError` where the text has 2 GiB or more when folded.
        """
        edits: list[Edit] = []
        current = document
        line_count = growing = 0
        while growing < MAX_PASSES:
            repairs, judged = self._judged(current, encoded if current is document else b"")
            layer = judged.layer
            text = cut(judged.page.document.text, layer)
            changes = compose(repairs, layer)
            is_first, line_count = judged.page.document is document, line_count or len(judged.page.content)
            edits = compose(edits, changes)
            if not judged.inside and (not judged.page.scan.odd or (not judged.gone and is_white_space(repairs))):
                located = tuple(edits) if is_first else locate(document.text, edits)
                return Cleaned(text, document.text, located, line_count)
            growing += len(text) >= len(current.text)
            if len(text) > MAX_GROWTH * (len(document.text) + 1_000):
                break
            current = replace(document, text=text, evidence={})
        names = ", ".join(sorted({edit.reason.rule for edit in changes}))
        raise UnsettledError(f"rules go on replacing what they put there; look at {names}")

    def _judged(self, document: Document, encoded: bytes) -> tuple[list[Edit], Judged]:
        """The repairs of a document but for white space, and what rules ask for of the repaired text."""
        page = segment(document, encoded)
        if not page.scan.odd:
            return [], self._judge.judge(page)
        repairs = repair(document.text, page.scan)
        return repairs, self._judge.judge(segment(replace(document, text=cut(document.text, repairs))))


def clean(text: str, *, url: str | None = None, title: str | None = None, language: str | None = None) -> Cleaned:
    """The clean text with every edit that made it, by the shipped rules of the profile `article`.

    The rules are loaded on the first call; use a `Cleaner` for other rules.

    >>> clean("A walk\\n\\nSource link\\n").text
    'A walk\\n'
    """
    return _default_cleaner().clean(text, url=url, title=title, language=language)


@cache
def _default_cleaner() -> Cleaner:
    return Cleaner()
