"""The `cleaner` command and what all its subcommands share: rules, errors, exit status."""

from __future__ import annotations

import importlib
import os
import signal
import sys

import click

import cleaner
from cleaner.cli.status import INTERRUPTED, UNUSABLE
from cleaner.model import CleanerError
from cleaner.scan import IS_COMPILED

_CORE = (
    "compiled"
    if IS_COMPILED
    else "in plain Python, over twenty times slower: no C compiler was there when it was installed"
)


class ClosedPipeError(Exception):
    """The reader of our output has gone, which is no error; click would turn it into exit status 1."""


# Commands by name, and where they stand: the modules of one take a tenth of a second that the others need not pay.
_COMMANDS = {
    "clean": ("cleaner.cli.clean", "clean_command"),
    "explain": ("cleaner.cli.explain", "explain_command"),
    "golden": ("cleaner.cli.golden", "golden_group"),
    "regress": ("cleaner.cli.golden", "regress_command"),
    "restore": ("cleaner.cli.clean", "restore_command"),
    "rules": ("cleaner.cli.rules", "rules_group"),
}


class Commands(click.Group):
    """A group whose commands are loaded when asked for, and may write into a pipe that is closed before they are
    done.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in order."""
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """What the command returns: its exit status."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise ClosedPipeError from None
        return status


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(cleaner.__version__, prog_name="cleaner", message=f"%(prog)s, version %(version)s, {_CORE}")
def cli() -> None:
    """Strip boilerplate from scraped texts by rules: every removal named, explained and reversible.

    Exit status: 0 fine; 1 a check found a difference; 2 unusable arguments, rules or input; 3 some documents failed,
    the rest are done; 130 interrupted.
    """


def main() -> None:
    """Run the command line; errors that are meant for a person are printed as such, a closed pipe is none."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = UNUSABLE
    except CleanerError as error:
        click.echo(f"cleaner: {error}", err=True)
        status = UNUSABLE
    except ClosedPipeError:
        # Python would complain at exit about the pipe that is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except OSError as error:
        click.echo(f"cleaner: {error.filename or 'output'}: {error.strerror}", err=True)
        status = UNUSABLE
    except (KeyboardInterrupt, click.Abort):
        click.echo("cleaner: interrupted", err=True)
        status = INTERRUPTED
    sys.exit(status if isinstance(status, int) else 0)
