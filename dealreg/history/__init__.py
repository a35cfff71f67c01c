"""What was decided over time: replaying a history by the rules of then.

    from dealreg.history import Replay, replay, state

`Replay` is the engine that a channel system feeds; `replay`, `state` and `hindsight` ask a whole
history; `compare_outcomes` holds what people recorded against the rules; `story_of` follows one
deal.
"""

from dealreg.history.disputes import Comparison, compare_outcomes
from dealreg.history.engine import Replay
from dealreg.history.queries import hindsight, known_by, replay, state
from dealreg.history.runs import Ran, replay_into, told_in
from dealreg.history.stories import story_of

__all__ = [
    "Comparison",
    "Ran",
    "Replay",
    "compare_outcomes",
    "hindsight",
    "known_by",
    "replay",
    "replay_into",
    "state",
    "story_of",
    "told_in",
]
