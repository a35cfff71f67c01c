"""What was decided over time: replaying a history by the rules of then.

    from dealreg.history import Replay, replay, state

`Replay` is the engine that a channel system feeds; `replay`, `state` and `hindsight` ask a whole
history.
"""

from dealreg.history.engine import Replay
from dealreg.history.queries import hindsight, known_by, replay, state

__all__ = ["Replay", "hindsight", "known_by", "replay", "state"]
