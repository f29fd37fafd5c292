"""HTML -> document: the only module that knows trafilatura."""

from __future__ import annotations

import logging
from typing import Any

from cleaner.model import CleanerError, Document

# What trafilatura has to say about a page becomes our own error; its log would repeat it.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


class ExtractError(CleanerError):
    """No main text was found in a page."""


def extract(html: str, *, url: str | None = None, title: str | None = None, language: str | None = None) -> Document:
    """The main text of a page as a document, with the title, date and URL that the page names where none is given.

    Comments are left out.  Raises `ExtractError` where the page has no main text.
    """
    import trafilatura  # noqa: PLC0415  (a tenth of a second that runs without pages need not pay)

    found: Any = trafilatura.bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if found is None or not found.text or not found.text.strip():
        raise ExtractError("no main text was found in this page")
    return Document(
        found.text,
        title=title or found.title or None,
        url=url or found.url or None,
        language=language or found.language or None,
        date=found.date or None,
    )
