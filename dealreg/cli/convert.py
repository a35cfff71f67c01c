"""`dealreg convert`: policies between TOML and JSON, tables to facts in JSON."""

from pathlib import PurePath
from typing import Any

import click

from dealreg.cli.deciding import vocabulary_of
from dealreg.cli.exits import Exit
from dealreg.cli.gathering import Tables, facts_options, gather
from dealreg.cli.inputs import STDIN, content, load_json, load_policy, write
from dealreg.cli.rejected import say_rejects
from dealreg.errors import UsageError, shown
from dealreg.policy.policies import Policy, PolicyBook
from dealreg.wire import Loaded, policy_to_toml, to_json

__all__ = ["convert"]

_TABLES = ("csv", "tsv", "jsonl", "ndjson")
_FORMS = ("toml", "json", *_TABLES)


@click.command(short_help="Convert policies between TOML and JSON, and tables to facts.")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@facts_options
@click.option("--policy", metavar="FILE", help="For tables: the policy whose own fields they have.")
@click.option(
    "--from", "from_form", type=click.Choice(_FORMS), help="What IN is, if not its suffix."
)
@click.option("--to", "to_form", type=click.Choice(["toml", "json"]), help="What OUT is to be.")
@click.option("--strict", is_flag=True, help="End with exit code 5 when rows were rejected.")
def convert(
    source: str,
    target: str,
    policy: str | None,
    from_form: str | None,
    to_form: str | None,
    strict: bool,
    **tables: Any,
) -> Exit:
    """Convert IN to OUT, by their suffixes; either may be - with --from or --to.

    A policy or policy book goes from .toml to .json and back, and means the same. A table of
    registrations (.csv, .jsonl), with the tables named by options, becomes facts in .json.
    """
    was = from_form or _suffix(source, "--from", _FORMS)
    wanted = to_form or _suffix(target, "--to", ("toml", "json"))
    if was in _TABLES:
        loaded = _facts(source, wanted, policy, tables)
        write(target, to_json(loaded.facts))
        say_rejects(loaded)
        return Exit.REJECTED if strict and loaded.rejects else Exit.OK
    rules = (
        load_policy(source, checked=False) if was == "toml" else load_json(content(source), source)
    )
    if wanted == "json":
        write(target, to_json(rules))
        return Exit.OK
    if not isinstance(rules, Policy | PolicyBook):
        raise UsageError(
            f"a {shown(rules.tag)} has no TOML form", place=source, hint="convert it to .json"
        )
    write(target, policy_to_toml(rules).encode())
    return Exit.OK


def _suffix(name: str, option: str, forms: tuple[str, ...]) -> str:
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    if suffix in forms:
        return suffix
    what = "a stream" if name == STDIN else shown(name)
    raise UsageError(
        f"what {what} is to be read or written as is not said",
        place=option,
        value=name,
        hint=f"add {option} with one of {', '.join(forms)}",
    )


def _facts(source: str, wanted: str, policy: str | None, tables: dict[str, Any]) -> Loaded:
    if wanted != "json":
        raise UsageError("a table becomes facts in JSON", place="--to", hint="name OUT .json")
    vocabulary = None if policy is None else vocabulary_of(load_policy(policy, checked=False))
    return gather(Tables(registrations=source, **tables), vocabulary)
