"""What was decided over time: replaying a history by the rules of then.

    from dealreg.history import Replay, replay, state

`Replay` is the engine that a channel system feeds; `replay`, `state` and `hindsight` ask a whole
history.
"""

from dealreg.history.engine import Replay
from dealreg.history.queries import hindsight, known_by, replay, state
from dealreg.history.runs import Ran, replay_into, told_in

__all__ = ["Ran", "Replay", "hindsight", "known_by", "replay", "replay_into", "state", "told_in"]
