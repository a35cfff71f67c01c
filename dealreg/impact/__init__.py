"""What policies would have done to a history: changes, parameters, contenders.

    from dealreg.impact import diff

It needs `pip install "dealreg[columnar]"`.
"""

from dealreg.impact.diffing import diff
from dealreg.impact.editions import amended
from dealreg.impact.parameters import parameters, with_parameter
from dealreg.impact.past import Step
from dealreg.impact.sweeping import sweep
from dealreg.impact.tournaments import tournament

__all__ = ["Step", "amended", "diff", "parameters", "sweep", "tournament", "with_parameter"]
