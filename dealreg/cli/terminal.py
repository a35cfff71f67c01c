"""The terminal: where text goes, how wide it is, and what must never reach it raw."""

import json
import sys
import unicodedata
from collections.abc import Callable
from typing import TextIO

from rich.console import Console, RenderableType
from rich.markdown import Markdown

__all__ = [
    "PLAIN_WIDTH",
    "errors_console",
    "is_terminal",
    "output_console",
    "print_json",
    "print_line",
    "print_page",
    "print_text",
    "printable",
    "show",
]

PLAIN_WIDTH = 100
"""Columns where the output is no terminal: fixed, so that the same input gives the same text."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def printable(text: str, *, keep: str = "") -> str:
    r"""The text with control and direction characters spelled out: data must not steer a terminal.

    >>> printable("R-1\x1b[2J\u202e")
    'R-1\\x1b[2J\\u202e'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        each
        if each in keep or unicodedata.category(each) not in _INVISIBLE
        else each.encode("unicode_escape").decode()
        for each in text
    )


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at it."""
    return stream.isatty()


def output_console() -> Console:
    """Standard output: colours and boxes on a terminal, plain text of fixed width otherwise."""
    return _console(sys.stdout)


def errors_console() -> Console:
    """Standard error, likewise."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    terminal = is_terminal(stream)
    return Console(
        file=stream,
        width=None if terminal else PLAIN_WIDTH,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        markup=False,
        highlight=False,
        emoji=False,
    )


def show(console: Console, renderable: RenderableType, *, wrap: bool = True) -> None:
    """Print to a console; where it is no terminal, without the spaces that pad its lines."""
    if console.is_terminal:
        console.print(renderable, soft_wrap=not wrap)
        return
    with console.capture() as captured:
        console.print(renderable, soft_wrap=not wrap)
    lines = captured.get().split("\n")
    console.file.write("\n".join(line.rstrip() for line in lines))


def print_line(text: str) -> None:
    """One line on standard output, as it is: not wrapped, not coloured."""
    print_text(text + "\n")


def print_text(text: str) -> None:
    """A text of several lines on standard output; what could steer a terminal is spelled out."""
    sys.stdout.write(printable(text, keep="\n"))


def print_page(page: Callable[[str], str]) -> None:
    """A page that can be had as `text` and as `markdown`: laid out on a terminal to its width."""
    console = output_console()
    if console.is_terminal:
        markdown = printable(page("markdown"), keep="\n")
        console.print(Markdown(markdown, hyperlinks=False))
    else:
        print_text(page("text"))


def print_json(data: bytes) -> None:
    r"""JSON and an end of line: the exact bytes, but to a terminal invisible ones as `\u...`."""
    if is_terminal(sys.stdout):
        text = "".join(
            each if unicodedata.category(each) not in _INVISIBLE else json.dumps(each)[1:-1]
            for each in data.decode("utf-8")
        )
        sys.stdout.write(text + "\n")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data + b"\n")
