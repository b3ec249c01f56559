"""The neighbourhood that a user chose, and the weights of units in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputDataError
from ..notes import decision, listing, warning
from .places import Places
from .weights import (
    Weights,
    contiguity,
    distance_band,
    inverse_distances,
    nearest_neighbours,
    row_standardised,
)

KINDS = ("queen", "rook", "band", "nearest", "inverse")  # in the order of the parameter NEIGHBOURHOOD
CONTIGUITIES = KINDS[:2]

_DESCRIPTIONS = {
    "queen": "Neighbours are units whose borders have a point in common (queen); a unit has {least} to "
    "{most} of them, {mean:.1f} on average.",
    "rook": "Neighbours are units whose borders have a stretch in common (rook); a unit has {least} to "
    "{most} of them, {mean:.1f} on average.",
    "band": "Neighbours are units no farther apart than {distance_m:,.0f} m; a unit has {least} to {most} of "
    "them, {mean:.1f} on average.",
    "nearest": "Neighbours are the {mean:.0f} nearest units.",
    "inverse": "Neighbours are units no farther apart than {distance_m:,.0f} m, weighted with 1 / distance; "
    "a unit has {least} to {most} of them, {mean:.1f} on average.",
}


@dataclass(frozen=True)
class Neighbourhood:
    """Which units are neighbours, as a user chose it.

    Attributes
    ----------
    kind : str or None
        One of `KINDS`; None: queen for polygons, distance band for points.
    distance_m : float or None
        Of the bands; None: the smallest that leaves no unit alone.
    neighbours : int
        Of the nearest units.
    standardised : bool
        Whether the weights of a unit sum to 1.
    tolerance_m : float
        How far apart borders may be that count as common.
    """

    kind: str | None = None
    distance_m: float | None = None
    neighbours: int = 8
    standardised: bool = True
    tolerance_m: float = 0.0

    def weights(self, places):
        """The weights of units in this neighbourhood, and what was decided.

        Parameters
        ----------
        places : Places
            All with a usable shape.

        Returns
        -------
        Weights
        tuple of Note

        Raises
        ------
        InputDataError
            Contiguity of points, no unit with a neighbour, and what the weights refuse.
        """
        kind = self.kind or ("band" if places.polygons is None else "queen")
        weights = self._of_kind(kind, places)
        if len(weights.islands) == len(weights):
            raise self._alone(kind, places)
        notes = [self._described(kind, weights)]
        if len(weights.islands):
            islands = listing(places.label(unit) for unit in weights.islands.tolist())
            notes.append(
                warning(
                    "{count} units have no neighbours and get no result: {units}.",
                    len(weights.islands),
                    units=islands,
                )
            )
        return row_standardised(weights) if self.standardised else weights, tuple(notes)

    def _of_kind(self, kind, places):
        if kind in CONTIGUITIES:
            if places.polygons is None:
                raise InputDataError(
                    "Points have no common borders; choose a distance band, the nearest units or inverse "
                    "distances."
                )
            return contiguity(places.polygons, kind == "queen", self.tolerance_m, places.crs_wkt)
        if kind == "band":
            return distance_band(places.points, places.crs_wkt, self.distance_m)
        if kind == "nearest":
            return nearest_neighbours(places.points, places.crs_wkt, self.neighbours)
        return inverse_distances(places.points, places.crs_wkt, self.distance_m, places.label)

    def _described(self, kind, weights: Weights):
        """The decision that was taken for the user."""
        counts = weights.neighbours
        values = {"least": int(counts.min()), "most": int(counts.max()), "mean": float(counts.mean())}
        if weights.distance_m is not None:
            values["distance_m"] = weights.distance_m
        return decision(_DESCRIPTIONS[kind], **values)

    def _alone(self, kind, places: Places):
        """The error that no unit has a neighbour."""
        if kind in CONTIGUITIES:
            return InputDataError(
                "No unit has a common border with another; choose a distance band or the nearest units, or "
                "a tolerance for borders with gaps."
            )
        nearest = distance_band(places.points, places.crs_wkt).distance_m
        return InputDataError(
            "No unit has a neighbour within {distance:,.10g} m; choose a larger one. From {nearest:,.0f} "
            "m on every unit has one; without a distance that is taken.",
            distance=self.distance_m,
            nearest=np.ceil(nearest),
        )
