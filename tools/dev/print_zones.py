"""Prints the units of a zones layer as a table.

Usage: python3 print_zones.py ZONES_FILE
"""

import sys

from osgeo import ogr

COLUMNS = (  # field, head, factor, format
    ("ce_t", "CE", 1e-4, "10.1f"),
    ("cs_t", "CS", 1e-4, "10.1f"),
    ("net_t", "net", 1e-4, "10.1f"),
    ("ecc", "ECC", 1.0, "7.3f"),
    ("esc", "ESC", 1.0, "7.3f"),
)
MISSING = "-"


def rows(path):
    """The units of a zones file, sorted by name."""
    ogr.UseExceptions()
    source = ogr.Open(path)  # its layers live as long as it does
    return sorted((feature.items() for feature in source.GetLayer(0)), key=lambda row: row["unit"])


def cell(value, factor, layout):
    """One number, or a dash where it is missing."""
    width = layout.split(".")[0]
    return f"{MISSING:>{width}}" if value is None else f"{value * factor:{layout}}"


def table(units):
    """The lines of the table."""
    name_width = max(len(unit["unit"]) for unit in units)
    heads = " ".join(f"{head:>{layout.split('.')[0]}}" for _, head, _, layout in COLUMNS)
    yield f"CE, CS and net in 10^4 {units[0]['mass']}"
    yield f"{'unit':<{name_width}} {heads}  zone"
    for unit in units:
        numbers = " ".join(cell(unit[field], factor, layout) for field, _, factor, layout in COLUMNS)
        yield f"{unit['unit']:<{name_width}} {numbers}  {unit['zone_name'] or MISSING}"
    yield f"{len(units)} units"


if __name__ == "__main__":
    print("\n".join(table(rows(sys.argv[1]))))
