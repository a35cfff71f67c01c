"""What policies would have done to a history: changes, parameters, contenders.

    from dealreg.impact import diff

It needs `pip install "dealreg[columnar]"`.
"""

from dealreg.impact.diffing import diff
from dealreg.impact.past import Step

__all__ = ["Step", "diff"]
