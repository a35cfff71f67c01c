"""Tables that no memory holds: decided part by part, by many machines or by one.

    from dealreg.bulk import on_spark

`on_spark` decides a dataframe of Spark inside Spark's own tasks. What it takes is a columnar
policy, as `columnar` makes it, whose conflicts can be kept apart by columns of the table.
"""

from dealreg.bulk.sessions import local_spark
from dealreg.bulk.spark import OnSpark, on_spark

__all__ = ["OnSpark", "local_spark", "on_spark"]
