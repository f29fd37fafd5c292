"""The command line: parse, call one library function, print."""

from cleaner.cli.main import main

__all__ = ["main"]
