"""Tables that no memory holds: decided part by part, on one machine or by many.

    from dealreg.bulk import decide_files, on_spark

`decide_files` reads Parquet files and writes some; `on_spark` decides a dataframe of Spark inside
Spark's own tasks. Both take a columnar policy, as `columnar` makes it, whose conflicts can be kept
apart by columns of the table.
"""

from dealreg.bulk.files import InFiles, Progress, Stage, decide_files
from dealreg.bulk.sessions import local_spark
from dealreg.bulk.spark import OnSpark, on_spark

__all__ = [
    "InFiles",
    "OnSpark",
    "Progress",
    "Stage",
    "decide_files",
    "local_spark",
    "on_spark",
]
