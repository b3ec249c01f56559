"""CASA through QGIS: twelve months of four series in, carbon fluxes of a year out."""
