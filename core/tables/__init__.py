"""Tables as people have them: delimited text, Excel files and columns of features."""

from .features import table_from_columns
from .keys import unique_rows, unit_key
from .reading import read_table
from .table import Table

__all__ = ["Table", "read_table", "table_from_columns", "unique_rows", "unit_key"]
