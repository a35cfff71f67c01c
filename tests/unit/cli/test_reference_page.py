"""The reference page lists every command, option and exit code, as `--help` does.

After a change of options, write its tables anew with `DEALREG_SNAPSHOTS=write pytest` on this file.
"""

import os
import re
from pathlib import Path

import click
import pytest

from dealreg.cli.application import TRACEBACK, cli
from dealreg.cli.exits import Exit

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "command-line.md"
COMMANDS = sorted(cli.commands)


def options_of(command):
    """The options of a command as a table of the page."""
    options = [each for each in command.params if isinstance(each, click.Option)]
    if not options:
        return "It has no options.\n"
    lines = ["| option | what it says |", "|---|---|"]
    for option in options:
        kind = option.type
        names = "/".join([*option.opts, *option.secondary_opts])
        if isinstance(kind, click.Choice):
            taken = " " + " \\| ".join(kind.choices)
        else:
            taken = "" if option.is_flag else f" {option.metavar}"
        default = (
            "" if option.is_flag or not option.show_default else f" Default: {option.default}."
        )
        lines.append(f"| `{names}`{taken} | {option.help}{default} |")
    return "\n".join(lines) + "\n"


def tables():
    text = PAGE.read_text("utf-8")
    return dict(re.findall(r"<!-- options: ([\w-]+) -->\n(.*?)<!-- end -->", text, re.DOTALL))


@pytest.mark.parametrize("name", COMMANDS)
def test_lists_the_options_of_the_command(name):
    table = f"\n{options_of(cli.commands[name])}\n"
    if os.environ.get("DEALREG_SNAPSHOTS") == "write":
        text = PAGE.read_text("utf-8")
        pattern = re.compile(rf"(<!-- options: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        PAGE.write_text(pattern.sub(lambda found: found[1] + table + found[2], text), "utf-8")

    assert tables()[name] == table


def test_lists_every_command_and_no_other():
    text = PAGE.read_text("utf-8")

    assert sorted(re.findall(r"^## dealreg ([\w-]+)$", text, re.MULTILINE)) == COMMANDS
    assert sorted(re.findall(r"^\| \[`([\w-]+)`\]", text, re.MULTILINE)) == COMMANDS


def test_lists_every_exit_code():
    listed = re.findall(r"^\| (\d+) \|", PAGE.read_text("utf-8"), re.MULTILINE)

    assert [int(code) for code in listed] == sorted(Exit)


def test_names_the_variables_that_are_read():
    assert f"`{TRACEBACK}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_sentence_of_help(name):
    options = [each for each in cli.commands[name].params if isinstance(each, click.Option)]

    assert [each.opts for each in options if not (each.help or "").endswith(".")] == []
    assert cli.commands[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_shown_and_ends_with_0(name, dealreg):
    done = dealreg(name, "--help")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: dealreg {name}")
