"""Rules by name: the programme, the version and the digest of each policy of them."""

from functools import lru_cache

from dealreg.outcome.decision import PolicyRef
from dealreg.policy.normal import policy_digest
from dealreg.policy.policies import Policy, PolicyBook

__all__ = ["reference_of", "references_of"]


def reference_of(policy: Policy) -> PolicyRef:
    """The policy by name, version and digest."""
    return PolicyRef(
        programme=policy.programme, version=policy.version, digest=policy_digest(policy)
    )


@lru_cache(maxsize=256)
def references_of(rules: Policy | PolicyBook) -> tuple[PolicyRef, ...]:
    """The policy, or all policies of the book in the order of its editions."""
    policies = (rules,) if isinstance(rules, Policy) else [e.policy for e in rules.editions]
    return tuple(map(reference_of, policies))
