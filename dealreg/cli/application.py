"""The command group, and the one frame in which every command runs: errors in, exit codes out."""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

import dealreg
from dealreg.cli.axioms import axioms
from dealreg.cli.bulk import bulk
from dealreg.cli.check import check
from dealreg.cli.comparing import compare, deadlocks
from dealreg.cli.convert import convert
from dealreg.cli.describe import describe
from dealreg.cli.example import example
from dealreg.cli.exits import Exit
from dealreg.cli.explain import explain
from dealreg.cli.failing import SeveralErrors, report, report_several, say
from dealreg.cli.gaming import gaming
from dealreg.cli.impacting import diff, sweep, tournament
from dealreg.cli.linting import lint
from dealreg.cli.replay import replay
from dealreg.cli.rerun import rerun
from dealreg.cli.resolve import resolve
from dealreg.cli.state import state
from dealreg.cli.testing import test
from dealreg.cli.timeline import timeline
from dealreg.cli.what_would_win import what_would_win
from dealreg.errors import DealregError

__all__ = ["Application", "cli", "run"]

TRACEBACK = "DEALREG_TRACEBACK"
"""The environment variable that lets a defect of dealreg itself end in a traceback."""


class Application(click.Group):
    """A click group whose commands return an exit code, and whose errors are told, not thrown."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command; in click's standalone mode leave the process with the exit code."""
        if sys.stdout is None:
            sys.stderr.write("dealreg: the output cannot be written: it is closed\n")
            return Exit.INPUT
        _print_what_can_be_printed()
        standalone = extra.pop("standalone_mode", True)
        framed: Callable[..., Any] = super().main
        code = _framed(lambda: framed(args, *rest, standalone_mode=False, **extra))
        if standalone:
            sys.exit(code)
        return code

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click calls it
        """The commands in the order in which one meets them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and see its output through to whoever reads it."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _read_no_further()
            return Exit.BROKEN_PIPE
        return code


def _print_what_can_be_printed() -> None:
    # A name that the terminal's encoding does not have is no reason to print nothing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _framed(command: Callable[[], Any]) -> int:
    try:
        code = command()
    except DealregError as error:
        return report(error)
    except SeveralErrors as errors:
        return report_several(errors)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        say("dealreg: interrupted")
        return Exit.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except OSError as error:
        _read_no_further()
        say(f"dealreg: the output cannot be written: {error.strerror or error}")
        return Exit.INPUT
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        say(
            f"dealreg: a defect of dealreg itself: {type(error).__name__}: {error}\n"
            f"  -> set {TRACEBACK}=1 and run it again to see where, and report it"
        )
        return Exit.INTERNAL
    return int(code or Exit.OK)


def _read_no_further() -> None:
    # What is still buffered must have somewhere to go, or Python complains when it exits.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


@click.group(
    cls=Application,
    name="dealreg",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: dealreg example dispute --run",
)
@click.version_option(dealreg.__version__, prog_name="dealreg", message="%(prog)s %(version)s")
def cli() -> None:
    """Resolve competing deal registrations by a policy, and say why."""


_COMMANDS = (
    resolve,
    explain,
    what_would_win,
    check,
    compare,
    deadlocks,
    lint,
    axioms,
    gaming,
    describe,
    test,
    convert,
    rerun,
    replay,
    timeline,
    state,
    bulk,
    diff,
    sweep,
    tournament,
    example,
)

for _command in _COMMANDS:
    cli.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code."""
    return int(cli.main(list(arguments), prog_name="dealreg", standalone_mode=False))
