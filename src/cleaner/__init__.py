"""Strips boilerplate from scraped texts by rules: every removal named, explained and reversible."""

from cleaner.model import Action, Cleaned, CleanerError, Document, Edit, Reason
from cleaner.pipeline import Cleaner, clean
from cleaner.rules.load import ProfileError
from cleaner.rules.nodes import PackError, Problem

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
    "clean",
]
__version__ = "0.1.0"
