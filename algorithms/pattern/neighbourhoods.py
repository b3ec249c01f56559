"""What the algorithms of patterns have in common: units with a shape, perhaps by year, and their neighbourhood."""

from __future__ import annotations

INPUT, YEAR_FIELD = "INPUT", "YEAR_FIELD"
