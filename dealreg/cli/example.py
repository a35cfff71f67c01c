"""`dealreg example`: worked examples, to run as they are or to write to a folder and change."""

import contextlib
import shlex
from importlib.resources import as_file
from pathlib import Path

import click
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from dealreg.cli.exits import Exit
from dealreg.cli.shipped import Example, shipped, shipped_names
from dealreg.cli.terminal import output_console, print_line, show
from dealreg.errors import UnreadableError, UsageError, shown

__all__ = ["example"]


@click.command(short_help="Run or write a worked example.")
@click.argument("name", required=False)
@click.argument("folder", required=False)
@click.option("--run", "running", is_flag=True, help="Run it here and now, writing no files.")
@click.option("--force", is_flag=True, help="Overwrite files that are in the folder already.")
@click.pass_context
def example(
    ctx: click.Context, name: str | None, folder: str | None, running: bool, force: bool
) -> Exit:
    """Run or write a worked example.

    Without a NAME, lists the examples. With --run, runs the example's commands and shows them.
    Otherwise writes its files to FOLDER (./NAME unless given) and prints the command to run next.
    """
    if name is None:
        if running or force:
            raise UsageError("which example is not said", hint=_example_hint())
        _list()
        return Exit.OK
    found = shipped(name)
    if running:
        if folder is not None or force:
            raise UsageError("--run writes no files", hint="leave out the folder and --force")
        return _run(found, ctx.find_root().command)
    _write(found, Path(folder or name), force=force)
    return Exit.OK


def _example_hint() -> str:
    return f"name one, as in `dealreg example {shipped_names()[0]} --run`"


def _list() -> None:
    width = max(len(name) for name in shipped_names())
    for name in shipped_names():
        print_line(f"{name:<{width}}  {shipped(name).title}")
    print_line("")
    print_line(f"Run one:    dealreg example {shipped_names()[0]} --run")
    print_line(f"Take it:    dealreg example {shipped_names()[0]} FOLDER")


def _run(found: Example, application: click.Command) -> Exit:
    console = output_console()
    show(console, Text(found.title.upper(), style="bold"))
    show(console, Text(f"\n{found.story}\n"))
    worst = Exit.OK
    with as_file(found.folder) as folder, contextlib.chdir(folder):
        for step in found.steps:
            show(console, _rule(console))
            show(console, Text(f"{step.say}\n"))
            show(console, Text(f"$ dealreg {step.command}\n", style="bold cyan"), wrap=False)
            console.file.flush()
            code = application.main(
                shlex.split(step.command), prog_name="dealreg", standalone_mode=False
            )
            worst = max(worst, Exit(code))
            show(console, "")
    show(console, _rule(console))
    show(console, Text(found.ending))
    return worst


def _rule(console: Console) -> Rule:
    return Rule(characters="─" if console.is_terminal else "-", style="dim")


def _write(found: Example, folder: Path, *, force: bool) -> None:
    files = found.files()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{shown(str(folder))} is a file", hint="name a folder, or a new one")
    there = [each.name for each in files if (folder / each.name).exists()]
    if there and not force:
        raise UsageError(
            f"{shown(str(folder))} has {', '.join(there)} already",
            value=str(folder),
            hint="name another folder, or overwrite them with --force",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in files:
            (folder / each.name).write_bytes(each.read_bytes())
    except OSError as wrong:
        raise UnreadableError(
            f"the folder cannot be written: {(wrong.strerror or str(wrong)).lower()}",
            place=str(folder),
            value=str(folder),
            hint="check that you may write there",
        ) from None
    print_line(f"wrote {len(files)} files to {folder}: {', '.join(each.name for each in files)}")
    print_line("next:")
    if folder != Path():
        print_line(f"  cd {shlex.quote(str(folder))}")
    print_line(f"  dealreg {found.steps[0].command}")
