"""`dealreg rerun`: does a record still give the decision it holds."""

import click

from dealreg.cli.exits import Exit
from dealreg.cli.inputs import load_record
from dealreg.cli.terminal import print_line
from dealreg.deciders.deciding import rerun as decide_again
from dealreg.facts.instants import iso
from dealreg.outcome.decision import Decision
from dealreg.wire import to_json

__all__ = ["rerun"]


@click.command(short_help="Decide again what a record decided, and compare.")
@click.argument("record")
def rerun(record: str) -> Exit:
    """Decide again what a RECORD decided, from what it kept, and compare the bytes.

    RECORD is a file that `dealreg resolve --record` wrote, or - for standard input. Exit code 1
    when the decision differs.
    """
    past = load_record(record)
    now = decide_again(past)
    if to_json(now) == to_json(past.decision):
        print_line(f"same bytes: {len(now.standings)} standings, decided as of {iso(past.at)}")
        return Exit.OK
    print_line("DIFFERS: the record does not hold what its rules and facts decide")
    for line in _differences(past.decision, now):
        print_line(f"  {line}")
    return Exit.FOUND


def _differences(recorded: Decision, now: Decision) -> list[str]:
    held = {(s.benefit, s.registration_id, s.line): s for s in recorded.standings}
    found = {(s.benefit, s.registration_id, s.line): s for s in now.standings}
    lines = []
    for key in sorted(held.keys() | found.keys(), key=str):
        before, after = held.get(key), found.get(key)
        if before != after:
            benefit, registration_id, line = key
            what = f"{registration_id}, {benefit}" + (f", {line}" if line else "")
            lines.append(
                f"{what}: recorded {before.kind if before else 'nothing'}"
                f" ({before.code if before else '-'}), decided {after.kind if after else 'nothing'}"
                f" ({after.code if after else '-'})"
            )
    return lines or ["the standings are equal; the trace, the digests or the referrals are not"]
