"""How to store it: policies as TOML and JSON, facts from tables, every value as canonical JSON."""

from dealreg.wire.case_files import cases_beside, policy_beside, read_cases
from dealreg.wire.case_reader import cases_from_toml
from dealreg.wire.case_recording import cases_recorded
from dealreg.wire.case_writer import cases_to_toml
from dealreg.wire.data_findings import DataFinding, LoadedHistory
from dealreg.wire.event_text import history_rows
from dealreg.wire.files import LARGEST_POLICY, read_policy
from dealreg.wire.histories import load_history
from dealreg.wire.json_form import FORMAT, LARGEST, from_json, to_json
from dealreg.wire.limits import Limits
from dealreg.wire.policy_toml import policy_from_toml, policy_to_toml
from dealreg.wire.rejects import Column, Loaded, Reject
from dealreg.wire.table_rows import facts_to_rows
from dealreg.wire.tables import Table, load_facts, read_table
from dealreg.wire.text import predicate_from_text, predicate_to_text

__all__ = [
    "FORMAT",
    "LARGEST",
    "LARGEST_POLICY",
    "Column",
    "DataFinding",
    "Limits",
    "Loaded",
    "LoadedHistory",
    "Reject",
    "Table",
    "cases_beside",
    "cases_from_toml",
    "cases_recorded",
    "cases_to_toml",
    "facts_to_rows",
    "from_json",
    "history_rows",
    "load_facts",
    "load_history",
    "policy_beside",
    "policy_from_toml",
    "policy_to_toml",
    "predicate_from_text",
    "predicate_to_text",
    "read_cases",
    "read_policy",
    "read_table",
    "to_json",
]
