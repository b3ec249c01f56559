"""Vegetation productivity: CASA net primary production, respiration and net ecosystem production."""
