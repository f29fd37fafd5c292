"""Options that several commands share."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from cleaner.pipeline import Cleaner
from cleaner.rules.cache import no_collector
from cleaner.rules.profile import OPTIONAL, Selection

Command = Callable[..., Any]


_SELECTION = (
    click.option("--only", multiple=True, metavar="RULE", help="Only this rule, pack (en/*) or category."),
    click.option("--off", multiple=True, metavar="RULE", help="Without this rule, pack or category."),
    click.option("--keep-category", multiple=True, metavar="CATEGORY", help="Leave the text of this category alone."),
    click.option("--experimental", is_flag=True, help="With the rules that are still experimental."),
)


_DROP = tuple(
    click.option(
        f"--{category}",
        type=click.Choice(["keep", "drop"]),
        default="keep",
        show_default=True,
        help=f"Whether the {category} stays in the text.",
    )
    for category in OPTIONAL
)


def rule_options(command: Command) -> Command:
    """The options that say which rules act, handed to the command as `chosen`."""
    command = _gather(command)
    for option in reversed(_DROP):
        command = option(command)
    return _with_choice(command)


def all_rule_options(command: Command) -> Command:
    """The same for commands that look at rules: those that act on request are among them without being asked for."""
    return _with_choice(_gather(command))


def _with_choice(command: Command) -> Command:
    for option in reversed(_SELECTION):
        command = option(command)
    command = click.option(
        "--rules",
        multiple=True,
        metavar="PATH",
        help="A pack or overrides, or a folder of them, beside the shipped packs; may be given several times.",
    )(command)
    return click.option(
        "--profile", default="article", show_default=True, help="Which shipped packs to use: article, light."
    )(command)


@dataclass(frozen=True)
class RuleOptions:
    """What `rule_options` adds to a command, in one value."""

    profile: str
    rules: tuple[str, ...]
    selection: Selection

    def with_all(self) -> RuleOptions:
        """The same choice, and all rules that act on request: to look at rules, not to clean."""
        return replace(self, selection=replace(self.selection, drop=OPTIONAL))

    def make_cleaner(self) -> Cleaner:
        """The cleaner that the options ask for.

        It lives as long as the process does: the collector of garbage never looks at it, nor do forked processes copy
        it for being looked at.
        """
        with no_collector():
            cleaner = Cleaner(profile=self.profile, rules=[Path(path) for path in self.rules], selection=self.selection)
            gc.freeze()
        return cleaner


def _gather(command: Command) -> Command:
    """The command with the options of rules handed over as one value, `chosen`."""

    @functools.wraps(command)
    def gathered(
        *args: Any,
        profile: str,
        rules: tuple[str, ...],
        only: tuple[str, ...],
        off: tuple[str, ...],
        keep_category: tuple[str, ...],
        experimental: bool,
        **others: Any,
    ) -> Any:
        drop = tuple(category for category in OPTIONAL if others.pop(category, "drop") == "drop")
        selection = Selection(only, off, keep_category, experimental, drop)
        return command(*args, chosen=RuleOptions(profile, rules, selection), **others)

    return gathered
