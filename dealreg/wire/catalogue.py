"""The spellings that are known of some fields: what else was met, and what is read in its place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from dealreg.errors import UnreadableError, UsageError, shown, suggestion
from dealreg.facts.fields import FieldType
from dealreg.wire.amounts import Reading
from dealreg.wire.cells import read_cell
from dealreg.wire.columns import Target, normal
from dealreg.wire.data_findings import DataFinding, Met
from dealreg.wire.opening import Rows, opened
from dealreg.wire.rows import BadRow, RawTable
from dealreg.wire.sources import name_of

__all__ = ["Catalogue", "column_values"]

_OF_TEXTS: Final = (FieldType.TEXT, FieldType.TEXT_SET, FieldType.ORDINAL)
_ONE_BY_ONE: Final = 100
"""The most values that are told one by one: more of them have one cause, as a wrong catalogue."""
_SHOWN: Final = 200
_HINT: Final = 'write catalogue={"products": ["GTX Pro"]}'


def column_values(source: Rows, column: str, *, encoding: str | None = None) -> tuple[str, ...]:
    """The texts in one column of a table, each once, in the order of the table.

    It gives the `catalogue` of `load_history` the names of all products, or of all customers.

    Args:
        source: a path, an open stream, rows as mappings, or a dataframe.
        column: what the table calls it; case, spaces and punctuation do not count.
        encoding: of the file.

    Raises:
        FactsError: for a cell that is no text.
        UnreadableError: when the table cannot be read, has a broken row, or lacks the column.

    >>> column_values([{"product": "GTX Pro"}, {"product": "MG"}, {"product": "MG"}], "Product")
    ('GTX Pro', 'MG')
    """
    file, plain = name_of(source, "catalogue"), Reading(None, None, None, None)
    keys: dict[str, str] = {}
    found: dict[str, None] = {}
    for cells in _cells(opened(source, encoding, file), file, keys):
        text = read_cell(FieldType.TEXT, cells.get(keys.get(normal(column), "")), plain)
        if text is not None:
            found[str(text)] = None
    if normal(column) not in keys:
        raise UnreadableError(
            f"there is no column {shown(column)}",
            place=file,
            value=column,
            hint=suggestion(column, keys.values()),
        )
    return tuple(found)


def _cells(table: RawTable, file: str, keys: dict[str, str]) -> Iterator[Mapping[str, object]]:
    """The cells of each row; `keys` learns what the rows call each column, by its name."""
    keys.update({normal(name): key for key, name in table.header or ()})
    for row in table.rows:
        if isinstance(row, BadRow):
            raise UnreadableError(row.reason, place=f"{file}: row {row.number}", hint=row.hint)
        if table.header is None:
            keys.update({normal(key): key for key in row.cells})
        yield row.cells


class Catalogue:
    """The values that some fields should have, and those met that they should not.

    It hears of every value that is read, whether its row is taken or not: a name that is wrong in
    the source is wrong there in either case.
    """

    def __init__(
        self,
        catalogue: Mapping[str, Iterable[str]] | None,
        targets: Iterable[Target],
        *,
        correct: bool = False,
    ) -> None:
        self._values = {
            name: _texts_of(name, values) for name, values in _mapping(catalogue).items()
        }
        self._spelled = {name: _by_form(texts) if correct else {} for name, texts in self}
        self._met: dict[tuple[str, str, str], Met] = {}
        _refuse_odd(self._values, targets)
        if type(correct) is not bool:
            raise UsageError(f"correct={shown(correct)} is neither True nor False", value=correct)
        if correct and not self._values:
            raise UsageError("correct=True, and there is no catalogue to go by", hint=_HINT)

    def __iter__(self) -> Iterator[tuple[str, frozenset[str]]]:
        return iter(self._values.items())

    def watch(self, file: str, row: int, target: Target, value: object) -> object:
        """The value as it is to be read; what the catalogue does not have is noted."""
        field = target.column.field
        if field not in self._values:
            return value
        if isinstance(value, frozenset):
            return frozenset(self._text(file, row, field, str(each)) for each in value)
        return self._text(file, row, field, str(value))

    def _text(self, file: str, row: int, field: str, text: str) -> str:
        if text in self._values[field]:
            return text
        self._met.setdefault((file, field, text), Met()).add(row)
        return self._spelled[field].get(_form(text), text)

    def findings(self) -> Iterator[DataFinding]:
        """One finding for each value, the commonest first; a great many are told together."""
        for name in self._values:
            of_field = [(key, met) for key, met in self._met.items() if key[1] == name]
            of_field.sort(key=lambda item: (-item[1].count, item[0]))
            for (file, _, text), met in of_field[:_ONE_BY_ONE]:
                yield self._finding(file, name, text, met)
            rest = of_field[_ONE_BY_ONE:]
            if rest:
                yield DataFinding(
                    "UNKNOWN_VALUE",
                    name,
                    "",
                    sum(met.count for _, met in rest),
                    (),
                    f"{len(rest)} further values are not in the catalogue of `{name}`",
                    "see whether it is the catalogue of these tables",
                )

    def _finding(self, file: str, field: str, text: str, met: Met) -> DataFinding:
        value, known = text[:_SHOWN], self._values[field]
        read_as = self._spelled[field].get(_form(text))
        if read_as is not None:
            message = f"{shown(text)} was read as {shown(read_as)}"
            hint = "correct it where it comes from"
            return DataFinding("CORRECTED", field, value, met.count, met.rows, message, hint, file)
        same = sorted(each for each in known if _form(each) == _form(text) != "")
        hint = f"did you mean {shown(same[0])}?" if len(same) == 1 else suggestion(text, known)
        message = f"{shown(text)} is not in the catalogue of `{field}`"
        return DataFinding("UNKNOWN_VALUE", field, value, met.count, met.rows, message, hint, file)


def _form(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _by_form(texts: Iterable[str]) -> dict[str, str]:
    """The spelling that a form can only mean; none where two of the catalogue have the form."""
    forms: dict[str, set[str]] = {}
    for text in texts:
        forms.setdefault(_form(text), set()).add(text)
    return {form: min(same) for form, same in forms.items() if form and len(same) == 1}


def _refuse_odd(names: Iterable[str], targets: Iterable[Target]) -> None:
    cells = {target.column.field: target.column.cell for target in targets}
    texts = [name for name, cell in cells.items() if cell in _OF_TEXTS]
    for name in names:
        if name not in texts:
            what = "that is not a field of texts" if name in cells else "there is no such field"
            raise UsageError(
                f"catalogue names {shown(name)}, and {what}",
                value=name,
                hint=suggestion(name, texts),
            )


def _mapping(catalogue: object) -> Mapping[str, Iterable[str]]:
    if catalogue is None:
        return {}
    if not isinstance(catalogue, Mapping):
        raise UsageError(
            f"catalogue={shown(catalogue)} does not map fields to their values",
            value=catalogue,
            hint=_HINT,
        )
    return catalogue


def _texts_of(name: str, values: object) -> frozenset[str]:
    texts = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [None]
    if not all(isinstance(each, str) for each in texts):
        raise UsageError(
            f"the catalogue of {shown(name)} is not a list of texts", value=values, hint=_HINT
        )
    return frozenset(str(each) for each in texts)
