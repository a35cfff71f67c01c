"""Every kind of reason, said to the partner and about it; one file to read them all in."""

import typing
from collections.abc import Callable
from datetime import timedelta

from dealreg import Joint, Span, Stature, field, money
from dealreg.facts.instants import instant
from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import Fact
from dealreg.policy.stages import Best, Bucket, Effect, Grace, HeadStart, Key, MissingRule, Prefer
from dealreg.rendering import Bullets, Document, Heading
from dealreg.rendering import reasons as r
from dealreg.rendering.because import because, further_items
from dealreg.rendering.nouns import Voice
from dealreg.rendering.phrases import Phrases
from dealreg.rendering.plain_text import to_text

VOCABULARY = Vocabulary(tiers=("registered", "silver", "gold"))


def _short(rule, own=None, *, negated=False, unknown=False):
    return r.Unmet(r.Short(rule.predicate, negated, unknown, own))


GOLD = field("tier") >= "gold"
FIRST = Key(Fact("submitted_at"), Best.LOWEST)
TIER = Key(Fact("tier"), Best.HIGHEST)
VALUE = Key(Fact("amount"), Best.HIGHEST, MissingRule.LAST, "EUR")
REASONS = (
    r.Holds(1),
    r.Holds(3),
    r.Keeps(1, instant("2026-03-01T00:00Z")),
    r.Keeps(2, instant("2026-03-01T00:00Z")),
    r.Kept(),
    r.DealWon(),
    r.NotLive("withdrawn"),
    r.NotLive(None),
    r.NotOffered(),
    r.ScopeUnknown(),
    r.Lapsed(instant("2026-01-01T00:00Z"), instant("2026-04-01T00:00Z")),
    r.MilestoneMissed(
        "ordered_at", instant("2026-04-01T00:00Z"), final=instant("2026-05-01T00:00Z")
    ),
    r.MilestoneMissed("ordered_at", *[instant("2026-04-01T00:00Z")] * 2),
    _short(GOLD, "silver"),
    _short(field("tier") >= "silver", "registered"),
    _short(field("tier") == "silver", "gold", negated=True),
    _short(GOLD, unknown=True),
    _short(field("amount") >= money("25000 EUR"), money("12500.50 EUR")),
    _short(field("open_registrations") < 5, 7),
    _short(field("open_registrations") < 5, 3, negated=True),
    _short(field("region").one_of("DE", "AT"), "US"),
    _short(field("region").one_of("US"), "US", negated=True),
    _short(field("accreditations").covers("lan", "vdi"), frozenset({"lan"})),
    _short(field("accreditations").covers("lan"), frozenset({"lan"}), negated=True),
    _short(field("evidence").overlaps("poc", "mail"), frozenset()),
    _short(field("approved_at") < instant("2026-02-01T00:00Z"), instant("2026-02-03T09:00Z")),
    _short(field("in_good_standing").is_true(), own=False),
    _short(field("named_account").is_true(), own=True, negated=True),
    _short(field("customer_country") == "DE"),
    _short(field("products").is_missing(), negated=True),
    r.Unmet(
        r.AnyShort(
            [
                r.AllShort(
                    [
                        r.Short(GOLD.predicate, negated=False, unknown=False, own="silver"),
                        r.Short(field("quantity").is_missing().predicate, True, False),
                    ]
                ),
                r.Short((field("quantity") >= 100).predicate, negated=False, unknown=False, own=5),
            ]
        )
    ),
    r.Refused(),
    r.NotHolder("protection"),
    r.Excluded("discount"),
    r.AwaitsBenefit("protection"),
    r.AwaitsRuling(),
    r.Overridden(field("chosen_by_customer").is_true().predicate, Effect.TAKES),
    r.Overridden(field("tender_published_at").is_known().predicate, Effect.REFERS),
    r.Overridden(field("tender_published_at").is_known().predicate, Effect.CLOSES),
    r.Late(Grace(Span(7, "days")), timedelta(days=1, hours=2)),
    r.Late(Grace(Span(7, "days"), Fact("completed_at")), None),
    r.Late(Bucket(), timedelta(days=3)),
    r.Late(HeadStart(Span(2, "days")), timedelta(hours=5)),
    r.Outranked(FIRST, r.TimeGap(timedelta(days=3))),
    r.Outranked(Key(Fact("approved_at"), Best.HIGHEST), r.TimeGap(timedelta(minutes=90))),
    r.Outranked(Key(Fact("last_contact_at"), Best.LOWEST), r.TimeGap(timedelta(days=2))),
    r.Outranked(TIER, r.LevelGap(1)),
    r.Outranked(Key(Fact("tier"), Best.LOWEST), r.LevelGap(2)),
    r.Outranked(VALUE, r.Unsaid()),
    r.Outranked(VALUE, r.OwnMissing()),
    r.Outranked(Prefer(field("incumbent").is_true()), r.Unsaid()),
    r.TieBroken(),
    r.Undecided(),
    r.Undecided(after=True),
    r.Undecided(preference=VALUE),
    r.Undecided(preference=Prefer(field("incumbent").is_true())),
    r.AllTaken(),
    r.NotComplementary(
        Joint(("partner_role",), ("products",), (Stature("satisfaction_score", "0.5"),))
    ),
    r.SameClaimant("R-2"),
    r.SameClaimant(None),
)


def test_every_reason_in_both_voices(snapshot: Callable[[str, str], None]) -> None:
    blocks = []
    for voice, title in ((Voice.YOU, "To the partner"), (Voice.TERMS, "About the partner")):
        phrases = Phrases(VOCABULARY, voice=voice)
        items = [item for each in REASONS for item in because(each, "", phrases, "special_bid")]
        blocks += [Heading(1, title), Bullets(items)]
    snapshot("reasons.txt", to_text(Document(blocks)))


def test_no_kind_of_reason_is_left_out() -> None:
    assert {type(each) for each in REASONS} == set(typing.get_args(r.Reason))


def _said(reason, tell):
    phrases = Phrases(VOCABULARY, voice=Voice.YOU)
    return [item.text for item in because(reason, tell, phrases, "special_bid")]


def test_the_policys_own_sentence_replaces_the_rule_and_not_the_findings() -> None:
    assert _said(_short(GOLD, "silver"), "Open to our best") == [
        "Open to our best.",
        "On record, your tier is silver.",
    ]
    assert _said(_short(GOLD, unknown=True), "Open to our best!") == ["Open to our best!"]
    assert _said(r.NotHolder("protection"), "Protected deals only.") == ["Protected deals only."]
    assert _said(r.Outranked(TIER, r.LevelGap(1)), "Another was chosen.") == [
        "Another was chosen.",
        "Your tier is one level lower than that of the registration preferred.",
    ]
    assert _said(r.TieBroken(), "  ")[0].startswith("Your registration is equal")


def test_further_requirements_stand_under_one_entry() -> None:
    phrases = Phrases(VOCABULARY, voice=Voice.YOU)
    assert further_items((), phrases, "special_bid") == ()
    (item,) = further_items([(_short(GOLD, "silver"), "")], phrases, "special_bid")
    assert [each.text for each in item.items] == ["Your tier is silver; gold is needed."]
