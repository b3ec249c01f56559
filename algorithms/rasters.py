"""Raster parameters: layers to sources of the raster engine, with their years or months and on one grid."""

from dataclasses import dataclass, replace
from pathlib import Path

from qgis.core import Qgis, QgsCoordinateReferenceSystem

from ..core.errors import Cancelled, InputDataError
from ..core.months import months_of, surest, years_of_dates
from ..core.notes import decision, warning
from ..core.raster.source import align, open_source
from ..core.sequences import zip_equal
from ..core.years import years_in, years_of


@dataclass(frozen=True)
class RasterInput:
    """A raster layer, resolved in `prepareAlgorithm`: rasters are opened by path, in the threads that read
    them.

    Attributes
    ----------
    name : str
        The layer's name.
    path : str
        What GDAL opens.
    crs_wkt : str
        The coordinate reference system that the layer has in QGIS where it is not the file's, else ''.
    notes : tuple of Note
    bands : tuple of str
        What the file says of each band.
    """

    name: str
    path: str
    crs_wkt: str = ""
    notes: tuple = ()
    bands: tuple = ("",)

    @property
    def year_name(self):
        """The layer's name; where that holds no year, the file's, or what the file says of its only band.

        By path QGIS calls a layer what comes before the first dot: MCD12C1.A2019001.tif is 'MCD12C1'. In a
        model a file has the name of the output that it is, and only its band knows the year.
        """
        names = [self.name, Path(self.path).name]
        if len(self.bands) == 1:
            names.append(f"{self.name} ({self.bands[0]})")
        return next((name for name in names if years_in(name)), self.name)

    @property
    def month_name(self):
        """The layer's name, or the file's without its suffix where that tells the month more surely."""
        return surest((self.name, Path(self.path).stem))


def raster_inputs(algorithm, parameters, name, context):
    """The layers of a parameter of several rasters. Call it in `prepareAlgorithm`.

    Raises
    ------
    InputDataError
        A layer that is not read by GDAL, such as one of a web service.
    """
    layers = algorithm.parameterAsLayerList(parameters, name, context)
    return [_input(layer) for layer in layers]


def raster_input(algorithm, parameters, name, context):
    """The layer of a parameter of one raster. Call it in `prepareAlgorithm`; see `raster_inputs`."""
    return _input(algorithm.parameterAsRasterLayer(parameters, name, context))


def _input(layer):
    if layer.providerType() != "gdal":
        raise InputDataError(
            "The layer '{name}' comes from the provider '{provider}'; save it as a GeoTIFF and use that.",
            name=layer.name(),
            provider=layer.providerType(),
        )
    provider = layer.dataProvider()
    bands = range(1, layer.bandCount() + 1)
    notes = []
    if any(
        provider.userNoDataValues(band)
        or (provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band))
        for band in bands
    ):
        notes.append(
            warning(
                "The nodata settings in the properties of the layer '{name}' are not used; set the nodata "
                "value of the file (gdal_edit.py -a_nodata or -unsetnodata), or give the values a class.",
                name=layer.name(),
            )
        )
    crs_wkt = ""
    if layer.crs().isValid() and layer.crs() != provider.crs():
        crs_wkt = layer.crs().toWkt(Qgis.CrsWktVariant.PreferredGdal)
        notes.append(
            decision(
                "The coordinate system of '{name}' is the one set in its layer properties, {crs}.",
                name=layer.name(),
                crs=layer.crs().userFriendlyIdentifier(),
            )
        )
    described = tuple(layer.bandName(band) for band in bands)
    return RasterInput(layer.name(), layer.source(), crs_wkt, tuple(notes), described)


def open_series(inputs, years, band, alignment, classes, record):
    """Sources of a series, in the order of their years, all on the grid of the first layer given.

    Parameters
    ----------
    inputs : sequence of RasterInput
    years : str
        What the user wrote; empty: from the names.
    band : int
    alignment : str
        See `core.raster.source.align`.
    classes : bool
        The values are codes.
    record : RunRecord
        Gets the years and what was aligned.

    Returns
    -------
    list of (int, RasterSource)
    """
    places = [(one, band, one.year_name) for one in inputs]
    return _open(places, years, alignment, classes, record)


def open_values(inputs, years, alignment, record):
    """Sources of a series of values, in the order of their years: a raster per year, or a band of one raster.

    Parameters
    ----------
    inputs : sequence of RasterInput
        One with several bands is a series by itself; its years are in the names of its bands.
    years, alignment, record
        See `open_series`.

    Returns
    -------
    list of (int, RasterSource)
    """
    places = [(one, 1, one.year_name) for one in inputs]
    if len(inputs) == 1 and len(inputs[0].bands) > 1:
        places = [(inputs[0], band, name) for band, name in enumerate(inputs[0].bands, 1)]
    else:
        for one in inputs:
            note_unused_bands(
                one,
                "{name} has {bands} bands, and only the first one is used; give a raster with a band per "
                "year alone.",
                record,
            )
    return _open(places, years, alignment, False, record)


def _open(places, years, alignment, classes, record):
    """Open (input, band, name) each, with the year of its name or of the user's list."""
    if not places:
        raise InputDataError("No raster is given; choose at least one.")
    found, notes = years_of([name for _, _, name in places], years)
    record.note(*notes)
    grid = None
    series = []
    for (one, band, _), year in zip_equal(places, found):
        source = source_of(one, band, one.year_name)
        grid = grid or source.grid
        source, notes = align(source, grid, alignment, classes)
        record.note(*notes)
        series.append((year, source))
    for one in {one.path: one for one, _, _ in places}.values():
        record.note(*one.notes)
    return sorted(series, key=lambda item: item[0])


def source_of(one, band, name):
    """The source of a band of a layer, with the coordinate system that the layer has in QGIS."""
    source = open_source(one.path, band, name)
    if one.crs_wkt:
        source = replace(source, grid=replace(source.grid, crs_wkt=one.crs_wkt))
    return source


def open_year(inputs, months, series, record):
    """Sources of a series of a year, January first: a raster per month, or a raster of 12 bands.

    Parameters
    ----------
    inputs : sequence of RasterInput
    months : str
        What the user wrote; empty: from the names, see `core.months.months_of`.
    series : str
        Name of the parameter, for messages.
    record : RunRecord
        Gets the months.

    Returns
    -------
    tuple of 12 RasterSource
    """
    if not inputs:
        raise InputDataError("{series}: no raster is given; choose 12, or one of 12 bands.", series=series)
    single = len(inputs) == 1 and len(inputs[0].bands) > 1
    if single:
        (one,) = inputs
        sources = [source_of(one, band, one.name) for band in range(1, len(one.bands) + 1)]
        names = [source.description for source in sources]
    else:
        names = [one.month_name for one in inputs]
        sources = [source_of(one, 1, name) for one, name in zip_equal(inputs, names)]
        for one in inputs:
            note_unused_bands(
                one,
                "{name} has {bands} bands, and only the first one is used; give 12 rasters of one band, or "
                "one raster of 12 bands alone.",
                record,
            )
    found, notes = months_of(names, months, series, bands=single)
    record.note(*notes)
    for one in inputs:
        record.note(*one.notes)
    return tuple(source for _, source in sorted(zip_equal(found, sources), key=lambda item: item[0]))


def year_of_series(inputs, first, given, record):
    """The year of the series of a year, and a warning where names hold another one.

    Parameters
    ----------
    inputs : dict of str to sequence of RasterInput
        By parameter.
    first : str
        The parameter whose names say the year where it is not given.
    given : int or None
        By the user.
    record : RunRecord

    Returns
    -------
    int or None
        None where nobody says it.
    """
    found = {
        name: {
            year for one in series for text in (one.month_name, *one.bands) for year in years_of_dates(text)
        }
        for name, series in inputs.items()
    }
    year = given
    if given is None and len(found[first]) == 1:
        (year,) = found[first]
        record.decision("The year is {year}, as in the names of {series}.", year=year, series=first)
    for name, years in found.items():
        if year is not None and len(years) == 1 and years != {year}:
            record.warning(
                "{series} is of {other} by its names, and the year is {year}; check that all series are of "
                "one year.",
                series=name,
                other=next(iter(years)),
                year=year,
            )
    return year


def note_unused_bands(one, template, record):
    """Warn where only the first band of a layer is used."""
    if len(one.bands) > 1:
        record.warning(template, name=one.name, bands=len(one.bands))


def crs_of(grid):
    """The coordinate reference system of a grid for QGIS."""
    return QgsCoordinateReferenceSystem.fromWkt(grid.crs_wkt)


def progress_of(feedback, first=0.0, last=100.0):
    """A core progress that moves the bar from `first` to `last` percent and stops a cancelled run."""

    def progress(fraction):
        if feedback.isCanceled():
            raise Cancelled
        feedback.setProgress(first + (last - first) * fraction)

    return progress
