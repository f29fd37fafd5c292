"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cleaner.pipeline import Cleaner

Command = Callable[..., Any]


def rule_options(command: Command) -> Command:
    """`--profile` and `--rules`, handed to the command as `profile` and `rules`."""
    command = click.option(
        "--rules",
        multiple=True,
        metavar="PATH",
        help="A pack, or a folder of packs, to use beside the shipped ones; may be given several times.",
    )(command)
    return click.option(
        "--profile", default="article", show_default=True, help="Which shipped packs to use: article, light."
    )(command)


def make_cleaner(profile: str, rules: tuple[str, ...]) -> Cleaner:
    """The cleaner that the options ask for."""
    return Cleaner(profile=profile, rules=[Path(path) for path in rules])
