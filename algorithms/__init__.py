"""QGIS in and out: parameters to arrays, one call of a core function, arrays to layers."""
