"""Strips boilerplate from scraped texts by rules: every removal named, explained and reversible."""

from cleaner.model import Action, Cleaned, CleanerError, Document, Edit, Reason
from cleaner.pipeline import Cleaner, clean
from cleaner.rules.problems import PackError, Problem
from cleaner.rules.profile import ProfileError, Selection
from cleaner.version import VERSION

__all__ = [
    "Action",
    "Cleaned",
    "Cleaner",
    "CleanerError",
    "Document",
    "Edit",
    "PackError",
    "Problem",
    "ProfileError",
    "Reason",
    "Selection",
    "clean",
]
__version__ = VERSION
