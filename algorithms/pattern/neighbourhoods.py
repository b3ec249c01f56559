"""What the algorithms of patterns have in common: units with a shape, perhaps by year, and their neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from qgis.core import (
    Qgis,
    QgsGeometry,
    QgsProcessingException,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from ...core.errors import InputDataError
from ...core.notes import listing
from ...core.pattern.global_moran import PERMUTATIONS, SEED
from ...core.pattern.neighbourhood import KINDS, Neighbourhood
from ...core.pattern.places import Places
from ...core.sequences import zip_equal
from ...core.tables import Table
from ..base import tr
from ..layers import KeptFields, Layer, fields_of, has_crs
from ..styling import year_span
from ..tables import TableSource, table_source

INPUT, YEAR_FIELD = "INPUT", "YEAR_FIELD"
