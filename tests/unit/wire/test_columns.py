"""Column names: compared, mapped, standing in for one another, and never guessed at."""

from itertools import chain
from pathlib import Path

import attrs
import pytest

from dealreg.errors import UnreadableError, UsageError
from dealreg.facts.fields import Field, FieldType, Subject
from dealreg.facts.records import EndCustomer, Opportunity, Partner, Registration, Ruling, Status
from dealreg.facts.vocabulary import Vocabulary
from dealreg.wire.column_names import KINDS
from dealreg.wire.columns import checked_mapping, normal, schema
from dealreg.wire.statuses import DETAILED, STATUSES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "tables.md"
RECORDS = {
    "registration": Registration,
    "partner": Partner,
    "customer": EndCustomer,
    "opportunity": Opportunity,
    "ruling": Ruling,
}
KEYS = ["Number", "Channel partner", "Submitted"]


def plan(*names, kind="registrations", vocabulary=None, mapping=None):
    plain = schema(kind, vocabulary or Vocabulary(), {})
    mapped = attrs.evolve(plain, mapping=checked_mapping(mapping, [plain]))
    return mapped.plan([(name, name) for name in names])


def fields(found):
    return {target.key: target.column.field for target in found.targets}


def notes(found):
    return {column.name: column.note for column in found.used}


@pytest.mark.parametrize(
    "name",
    [
        "Submitted Date",
        "submitted_date",
        "SubmittedDate",
        "SUBMITTED-DATE",
        "u_submitted_date",
        "Submitted_Date__c",
        " submitted date ",
    ],
)
def test_case_spaces_punctuation_and_custom_marks_do_not_count(name):
    assert fields(plan(name))[name] == "submitted_at"


def test_relationships_of_custom_fields_are_names_too():
    assert normal("Partner_Account__r.Name") == normal("PartnerAccount.Name")


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_names_are_read_as_themselves(kind):
    for column in KINDS[kind]:
        alone = schema(kind, Vocabulary(), {}).by_name[normal(column.field)]
        assert alone == column.field


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_means_two_fields_of_one_kind(kind):
    claims = {}
    for column in KINDS[kind]:
        for name in {normal(name) for name in column.names()}:
            assert claims.setdefault(name, column.field) == column.field


@pytest.mark.parametrize("kind", KINDS)
def test_every_attribute_of_a_record_has_a_column(kind):
    main = KINDS[kind][0].record
    columns = {column.attribute for column in KINDS[kind] if column.record == main}
    attributes = {attribute.name for attribute in attrs.fields(RECORDS[main])}

    # Extensions and times of waiting are told by events: one cell cannot hold several.
    assert attributes - columns <= {"attributes", "extensions", "pauses"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_an_attribute_of_its_record(kind):
    for column in KINDS[kind]:
        attributes = {attribute.name for attribute in attrs.fields(RECORDS[column.record])}
        assert column.attribute in attributes | {"status_detail"}


def test_two_columns_for_one_field_clash():
    found = plan("Number", "Referral ID", "Channel partner", "Submitted")

    assert found.clashes == (("registration_id", ("Number", "Referral ID")),)
    with pytest.raises(UnreadableError) as caught:
        found.refuse_gaps("deals.csv", ["Number", "Referral ID"])
    assert "`Number` and `Referral ID` both mean `registration_id`" in caught.value.message
    assert "mapping={'Number': 'registration_id'}" in caught.value.hint


def test_a_mapping_settles_a_clash():
    names = ["Number", "Referral ID"]

    found = plan(*names, mapping={"referral id": "registration_id"})

    assert fields(found) == {"Referral ID": "registration_id"}
    assert notes(found)["Number"] == "mapping names another column for `registration_id`"
    assert not plan(*names, mapping={"Number": None}).clashes


def test_a_mapping_of_two_columns_to_one_field_clashes():
    found = plan("A", "B", mapping={"A": "name", "B": "name"})

    assert found.clashes == (("name", ("A", "B")),)


def test_a_missing_required_column_is_named_with_those_there_are():
    found = plan("Deal", "Channel partner")

    assert found.missing == ("registration_id", "submitted_at")
    with pytest.raises(UnreadableError, match="no column for `registration_id`, `submitted_at`"):
        found.refuse_gaps("deals.csv", ["Deal", "Channel partner"])


def test_a_column_stands_in_only_where_nothing_better_is_there():
    alone = plan("Created Date", "sys_created_on", "Id")
    beside = plan("Created Date", "Submitted Date", "Id", "Number")

    assert fields(alone) == {"Created Date": "submitted_at", "Id": "registration_id"}
    assert "stands in for `submitted_at`" in notes(alone)["Created Date"]
    assert fields(beside) == {"Submitted Date": "submitted_at", "Number": "registration_id"}


def test_a_partners_name_stands_in_for_its_identifier():
    assert fields(plan("Partner Name")) == {"Partner Name": "partner_id"}
    assert fields(plan("Partner Name", "Partner ID")) == {
        "Partner Name": "partner_name",
        "Partner ID": "partner_id",
    }


def test_a_column_left_out_by_mapping_stands_in_for_nothing():
    assert fields(plan("Created Date", mapping={"Created Date": None})) == {}


def test_facts_of_nobody_in_particular_are_left_out_and_said_to_be():
    found = plan(*KEYS, "Account Name", "Website", "Tender Date", "Currency Code")

    assert set(fields(found)) == set(KEYS)
    assert "no column gives `customer_id`" in notes(found)["Account Name"]
    assert "no column gives `opportunity_id`" in notes(found)["Tender Date"]
    assert "no column gives `amount`" in notes(found)["Currency Code"]


def test_numbered_columns_are_one_set():
    found = plan("Solution 1", "Solution 2", "Solution 12")

    assert fields(found) == dict.fromkeys(["Solution 1", "Solution 2", "Solution 12"], "products")
    assert not found.clashes
    assert plan("Solution 1", "Solution 1").clashes
    assert plan("Solution 1", "Products").clashes


def test_unknown_columns_are_used_for_nothing():
    found = plan("Favourite colour", "Submitted by")

    assert found.targets == ()
    assert [column.field for column in found.used] == ["", ""]


def test_a_mapping_to_a_field_that_does_not_exist_is_refused():
    with pytest.raises(UsageError) as caught:
        plan("A", mapping={"A": "submited_at"})

    assert "submitted_at" in caught.value.hint


@pytest.mark.parametrize("mapping", [{"A": 7}, {7: "name"}, {"A": "name", "a ": "stage"}])
def test_a_mapping_that_is_none_is_refused(mapping):
    with pytest.raises(UsageError):
        plan("A", mapping=mapping)


def test_fields_of_the_programme_are_columns_with_their_types_and_levels():
    words = Vocabulary(
        tiers=("silver", "gold"),
        fields=(
            Field("certifications", FieldType.INTEGER, Subject.PARTNER),
            Field("budget", FieldType.MONEY),
            Field("stage", FieldType.ORDINAL, levels=("lead", "won")),
        ),
    )

    found = plan(
        *KEYS, "Certifications", "Budget", "Budget Currency", "Tier", "Stage", vocabulary=words
    )
    targets = {target.column.field: target for target in found.targets}

    assert targets["certifications"].declared
    assert targets["certifications"].column.cell == "integer"
    assert targets["budget_currency"].column.attribute == "budget"
    assert targets["tier"].levels == ("silver", "gold")
    assert targets["stage"].declared
    assert targets["stage"].levels == ("lead", "won")


def test_fields_of_the_programme_about_partners_are_read_from_a_table_of_partners():
    words = Vocabulary(
        fields=(Field("region_code", FieldType.TEXT, Subject.PARTNER), Field("x", "text"))
    )

    found = plan("partner_id", "Region Code", "X", kind="partners", vocabulary=words)

    assert fields(found) == {"partner_id": "partner_id", "Region Code": "region_code"}


# --- names of real systems, whole exports ---------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (  # Salesforce, a report over opportunities registered by partners
            ["Id", "Name", "AccountId", "Account.Name", "PartnerAccountId", "CreatedDate", "Amount",
             "CurrencyIsoCode", "CloseDate", "StageName", "LeadSource", "Type", "Partner_Tier__c"],
            ["registration_id", "name", "customer_id", "customer_name", "partner_id",
             "submitted_at", "amount", "currency", "estimated_close", "stage", "lead_source",
             "opportunity_type", "tier"],
        ),
        (  # ServiceNow, the list of deal registrations
            ["number", "channel_partner", "deal_registration_type", "account", "account_name",
             "short_description", "state", "sales_cycle_type", "estimated_deal_size",
             "estimated_close_date", "opportunity", "closure_code", "sys_created_on"],
            ["registration_id", "partner_id", "partner_role", "customer_id", "customer_name",
             "name", "status", "opportunity_type", "amount", "estimated_close", "opportunity_id",
             "status_detail", "submitted_at"],
        ),
        (  # AWS, GetOpportunity flattened
            ["Id", "PartnerOpportunityIdentifier", "OpportunityType", "CreatedDate",
             "LifeCycle.ReviewStatus", "LifeCycle.Stage", "LifeCycle.TargetCloseDate",
             "LifeCycle.ReviewStatusReason", "Project.Title",
             "Project.ExpectedCustomerSpend.Amount", "Project.ExpectedCustomerSpend.CurrencyCode",
             "RelatedEntityIdentifiers.AwsProducts", "partner_id"],
            ["registration_id", "external_id", "opportunity_type", "submitted_at", "status",
             "stage", "estimated_close", "status_reason", "name", "amount", "currency",
             "products", "partner_id"],
        ),
        (  # Microsoft, co-sell opportunities as CSV
            ["Engagement ID", "Referral ID", "Deal Name", "Partner Referral Status",
             "Partner Referral Substatus", "Sales Stage", "Estimated Deal Value", "Currency",
             "Estimated Close Date", "CRM ID", "Solution 1", "Partner ID", "Creation Date"],
            ["opportunity_id", "registration_id", "name", "status", "status_detail", "stage",
             "amount", "currency", "estimated_close", "external_id", "products", "partner_id",
             "submitted_at"],
        ),
    ],
    ids=["salesforce", "servicenow", "aws", "microsoft"],
)  # fmt: skip
def test_the_columns_of_real_systems(names, read):
    found = plan(*names)

    assert [fields(found)[name] for name in names] == read
    assert not found.clashes
    assert not found.missing


# --- the reference page ---------------------------------------------------------------------------


def column_rows(kind):
    def names(column, *systems):
        return ", ".join(f"`{n}`" for n in chain(*(getattr(column, each) for each in systems)))

    for column in KINDS[kind]:
        own = f"`{column.field}`" + (" (required)" if column.required else "")
        systems = (names(column, each) for each in ("salesforce", "servicenow", "aws", "microsoft"))
        last = (names(column, each) for each in ("others", "stand_ins"))
        yield f"| {' | '.join((own, *systems, *last))} |"


def status_rows():
    for status, words in STATUSES.items():
        yield f"| `{status.value}` | {', '.join(words)} |"


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_lists_every_column_of_every_kind(kind):
    section = (
        PAGE.read_text("utf-8").partition(f"### {kind.capitalize()}\n")[2].partition("\n### ")[0]
    )

    assert [line for line in section.splitlines() if line.startswith("| `")][
        : len(KINDS[kind])
    ] == list(column_rows(kind))


def test_the_page_lists_every_status_word():
    text = PAGE.read_text("utf-8")

    assert set(STATUSES) == set(Status)
    for row in status_rows():
        assert row in text
    for word in DETAILED:
        assert f"`{word.capitalize()}`" in text
