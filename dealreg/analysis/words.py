"""Parts of a policy as a policy file spells them. Loads the file formats when first asked."""

from dealreg.facts.vocabulary import Vocabulary
from dealreg.policy.predicates import Predicate
from dealreg.policy.stages import Preference, Window

__all__ = ["preference_words", "rule_words", "window_words"]


def rule_words(rule: Predicate, vocabulary: Vocabulary) -> str:
    """A rule, such as `tier >= gold`."""
    from dealreg.wire.text import predicate_to_text

    return predicate_to_text(rule, vocabulary)


def preference_words(preference: Preference, vocabulary: Vocabulary) -> str:
    """A preference, such as `highest tier`."""
    from dealreg.wire.phrases import preference_text

    return preference_text(preference, vocabulary)


def window_words(window: Window) -> str:
    """A window, such as `within 7 days of submitted_at`."""
    from dealreg.wire.phrases import window_text

    return window_text(window)
