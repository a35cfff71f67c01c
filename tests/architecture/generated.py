"""Reference pages made from the code, so that they cannot lag behind it.

`python -m tests.architecture.generated --write` makes them anew.
"""

import inspect
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from dealreg.facts import core_fields, fields, values
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.policy import clocks, contests, policies, predicates, stages, terms
from tests.architecture.axiom_table import axioms_page
from tests.architecture.forgotten import UNIONS, readers
from tests.architecture.package import ROOT
from tests.architecture.supported import support_table

BEGIN, END = "<!-- generated -->", "<!-- end of generated -->"
_SUBJECTS = {
    Subject.REGISTRATION: "Facts of the registration",
    Subject.PARTNER: "Facts of the partner",
    Subject.CUSTOMER: "Facts of the end customer",
    Subject.OPPORTUNITY: "Facts of the opportunity",
}
_TYPES = {
    FieldType.BOOL: "yes or no",
    FieldType.INTEGER: "whole number",
    FieldType.DECIMAL: "decimal",
    FieldType.MONEY: "money",
    FieldType.TEXT: "text",
    FieldType.ORDINAL: "level of the ladder",
    FieldType.INSTANT: "instant",
    FieldType.DATE: "date",
    FieldType.DURATION: "duration",
    FieldType.TEXT_SET: "set of texts",
}
_ALIASES = {
    "Predicate": predicates.Predicate,
    "Window": stages.Window,
    "Preference": stages.Preference,
    "Rate": terms.Rate,
    "Derived": fields.Derived,
    "Scalar": values.Scalar,
}
_NODES: tuple[tuple[str, ModuleType, tuple[str, ...]], ...] = (
    ("The whole", policies, ("PolicyBook", "Edition", "Policy")),
    ("A contest", contests, ("Contest",)),
    (
        "Predicates",
        predicates,
        ("Fact", *(kind.__name__ for kind in predicates.Predicate.__args__)),
    ),
    (
        "Stages of a contest",
        stages,
        (
            *("Scope", "Requirement", "HolderOf", "Override", "Grace", "Bucket"),
            *("HeadStart", "Key", "Prefer", "Joint", "Stature", "Others"),
        ),
    ),
    ("Clocks", clocks, ("Period", "Extension", "Milestone", "Sla")),
    ("Terms", terms, ("Terms", "Percent", "FractionOfHolder", "Banded", "Band")),
    ("Fields", fields, ("Field", "Elapsed", "Same", "Inside", "Tally", "SinceEnded")),
)
_CHOICES: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (policies, ("Governs",)),
    (predicates, ("Op",)),
    (stages, ("Unmet", "Effect", "Best", "MissingRule", "Tie", "Award", "OthersStand", "Vacancy")),
    (clocks, ("LastDay", "GrantedBy", "IfWaiting", "Missed")),
    (fields, ("FieldType", "Subject", "Source", "Count")),
)


def vocabulary() -> str:
    """The page of the built-in fields."""
    lines = [
        "# Vocabulary",
        "",
        "The fields every policy may ask about. A programme declares its own beside them, in its",
        "policy. A fact that was not supplied is not known, and a rule about it is unknown",
        "([F-2](../spec/facts.md)).",
        "",
        "*By* says who supplies a field: what applicants supply, applicants can also inflate.",
        "",
    ]
    for subject, title in _SUBJECTS.items():
        lines += [f"## {title}", "", "| field | type | by | meaning |", "|---|---|---|---|"]
        lines += [
            f"| `{field.name}` | {_TYPES[field.type]} | {_by(field)} | {field.meaning} |"
            for field in core_fields.CORE
            if field.subject is subject
        ]
        lines.append("")
    return _page(lines)


def _by(field: Field) -> str:
    return "derived" if field.derived is not None else field.source.value


def nodes() -> str:
    """The page of the parts of a policy."""
    lines = [
        "# Nodes",
        "",
        "Every part a policy is made of, as data. Authors write [TOML](toml.md) or use the",
        "builders of `dealreg`; the tag is what JSON calls the node. What each means is in",
        "[the spec](../spec/README.md).",
        "",
    ]
    for title, module, names in _NODES:
        lines += [f"## {title}", ""]
        for name in names:
            lines += _node(getattr(module, name))
    lines += ["## Choices", ""]
    for module, names in _CHOICES:
        for name in names:
            lines += _choice(module, getattr(module, name))
    return _page(lines)


def _node(kind: Any) -> list[str]:
    described = _attributes(kind)
    lines = [f"### {kind.__name__}", "", f"`{kind.tag}`", "", *_prose(kind), ""]
    kept = [field for field in attrs.fields(kind) if field.init]
    if not kept:
        return lines
    lines += ["| part | type | default | |", "|---|---|---|---|"]
    for field in kept:
        default = _default(field)
        told = described.get(field.name, "")
        lines.append(f"| `{field.name}` | {_type(field)} | {default} | {told} |")
    return [*lines, ""]


def _type(field: Any) -> str:
    shown = _annotation(field.type)
    for alias, union in _ALIASES.items():
        shown = shown.replace(_annotation(union), alias)
    return f"`{shown}`".replace("|", "\\|")


def _annotation(kind: Any) -> str:
    shown = kind if isinstance(kind, str) else inspect.formatannotation(kind)
    return re.sub(
        r"\b(?:dealreg|datetime|decimal|fractions)(?:\.\w+)*\.(\w+)", r"\1", shown
    ).replace("'", "")


def _default(field: Any) -> str:
    if field.default is attrs.NOTHING:
        return "required"
    value = field.default
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if value in ((), ""):
        return "none"
    if attrs.has(type(value)):
        return f"`{_constructed(value)}`"
    return f"`{value}`".replace("|", "\\|")


def _constructed(value: Any) -> str:
    """How a nested default is written: only what differs from its own defaults."""
    stated = [
        repr(getattr(value, field.name))
        for field in attrs.fields(type(value))
        if field.init and getattr(value, field.name) != field.default
    ]
    return f"{type(value).__name__}({', '.join(stated)})"


def _prose(kind: type) -> Iterator[str]:
    """The docstring up to its first section."""
    for line in inspect.cleandoc(kind.__doc__ or "").splitlines():
        if line in ("Attributes:", "Raises:") or line.startswith(">>>"):
            return
        yield line


def _attributes(kind: type) -> dict[str, str]:
    """What the docstring says of each attribute."""
    text = inspect.cleandoc(kind.__doc__ or "")
    section = re.search(r"^Attributes:\n((?:    .*\n?|\n)*)", text, re.MULTILINE)
    found: dict[str, str] = {}
    if not section:
        return found
    for entry in re.split(r"\n(?=    \S)", section[1].rstrip()):
        names, _, told = " ".join(entry.split()).partition(": ")
        found.update((name.strip(), told) for name in names.split(","))
    return found


def _choice(module: ModuleType, kind: type[Enum]) -> list[str]:
    told = _member_docs(module, kind)
    lines = [f"### {kind.__name__}", "", *_prose(kind), "", "| value | |", "|---|---|"]
    lines += [f"| `{member.value}` | {told.get(member.name, '')} |" for member in kind]
    return [*lines, ""]


def _member_docs(module: ModuleType, kind: type[Enum]) -> dict[str, str]:
    """The text right below a member, which Python does not keep."""
    source = inspect.getsource(kind)
    found = re.finditer(r'^    (\w+) = [^\n]*\n    """(.*?)"""', source, re.MULTILINE | re.DOTALL)
    return {match[1]: " ".join(match[2].split()) for match in found}


def readers_table() -> str:
    """Which modules must learn of a new node, as the type checker says."""
    with tempfile.TemporaryDirectory() as folder:
        found = readers(Path(folder))
    lines = ["| a new node of | defined in | mypy names |", "|---|---|---|"]
    for union, module in UNIONS.items():
        named = ", ".join(f"`{path}`" for path in sorted(found[union]))
        lines.append(f"| `{union}` | `dealreg/{module}` | {named} |")
    return "\n".join(lines)


def with_generated(text: str, made: str) -> str:
    """A page with its generated part replaced."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{made}\n{END}{tail}"


def _page(lines: Iterable[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


WHOLE = {
    ROOT / "docs/reference/vocabulary.md": vocabulary,
    ROOT / "docs/reference/nodes.md": nodes,
    ROOT / "docs/reference/axioms.md": axioms_page,
}
"""Pages that are generated from their first line to their last."""

PARTS = {
    ROOT / "docs/contributing/add-a-node.md": readers_table,
    ROOT / "docs/reference/deciders.md": support_table,
}
"""Pages with a generated part, between two marks."""

if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.architecture.generated --write")
    for page, make in WHOLE.items():
        page.write_text(make(), encoding="utf-8")
    for page, make in PARTS.items():
        page.write_text(with_generated(page.read_text(encoding="utf-8"), make()), encoding="utf-8")
