"""Rows that were not taken: a summary on standard error, all of them in a file."""

import csv
import io
import re

from dealreg.cli.failing import say, spoken
from dealreg.cli.inputs import write
from dealreg.wire import Loaded, LoadedHistory, Reject

__all__ = ["csv_cell", "say_findings", "say_rejects", "write_rejects"]

_SHOWN_AT_MOST = 10
_NUMBER = re.compile(r"[+-]?[\d.,]*")
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the wide ones too: some spreadsheets take them alike
_FORMULA = re.compile(rf"[{_SIGNS}\t\r\n]")
_INSIDE = re.compile(rf"([;\t\r\n][\s\"]*)(?=[{_SIGNS}])")
"""What begins a cell where a spreadsheet parts cells by semicolons or tabs, not by commas."""


def say_rejects(loaded: Loaded | LoadedHistory) -> None:
    """Say on standard error how many rows were not taken, and why, the first few in full."""
    rejects = loaded.rejects
    if not rejects:
        return
    say(f"{loaded.rows_rejected} of {loaded.rows_read} rows rejected:", style="bold yellow")
    for reject in rejects[:_SHOWN_AT_MOST]:
        column = f", column {reject.column}" if reject.column else ""
        say(f"  {reject.file} row {reject.row}{column}: {spoken(reject.reason)}")
        if reject.hint:
            say(f"    -> {spoken(reject.hint)}", style="dim")
    if len(rejects) > _SHOWN_AT_MOST:
        say(f"  and {len(rejects) - _SHOWN_AT_MOST} more; --rejects FILE writes all of them")
    say("  they take no part; correct them and decide again: they may change who gets what")


def say_findings(loaded: LoadedHistory) -> None:
    """Say on standard error what somebody should look at in rows that were taken."""
    findings = loaded.findings
    if not findings:
        return
    say("to look at in the data:", style="bold yellow")
    for each in findings[:_SHOWN_AT_MOST]:
        say(f"  {each.code}: {spoken(each.message)} ({each.count:,} of {loaded.rows_read:,} rows)")
        if each.hint:
            say(f"    -> {spoken(each.hint)}", style="dim")
    if len(findings) > _SHOWN_AT_MOST:
        say(f"  and {len(findings) - _SHOWN_AT_MOST} more")


def write_rejects(name: str, rejects: tuple[Reject, ...]) -> None:
    """Write the rejects as CSV: where, what stands there, why, what to do, and the whole row.

    Raises:
        UnreadableError: when the file cannot be written.
    """
    names = sorted({column for reject in rejects for column in reject.record})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "row", "column", "value", "reason", "hint", *map(csv_cell, names)])
    for reject in rejects:
        place = [reject.file, reject.row, reject.column, reject.value, reject.reason, reject.hint]
        writer.writerow(
            [*map(csv_cell, place), *(csv_cell(reject.record.get(name, "")) for name in names)]
        )
    write(name, text.getvalue().encode("utf-8"))


def csv_cell(value: object) -> str:
    """A value as a cell of a file that a spreadsheet may open: never a formula."""
    text = _INSIDE.sub(r"\1'", str(value))
    # A spreadsheet would run these as a formula, and the file is made of somebody else's cells.
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
