"""CASA NEP: net primary production, respiration and net ecosystem production of every cell of a year."""

from dataclasses import replace

from qgis.core import (
    Qgis,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
)

from ...core.productivity.input_ranges import SERIES
from ...core.productivity.light import ALPHA
from ...core.productivity.raster_casa import CasaRasters, data_limits, write_casa
from ...core.productivity.vegetation import (
    LIMITS,
    vegetation_preset,
    vegetation_presets,
    vegetation_table,
)
from ...core.raster.grid import cell_areas
from ...core.raster.source import ALIGNMENTS, align
from ..base import Group, LandCarbonAlgorithm, shows_input_errors, tr
from ..layers import fields_of
from ..rasters import open_year, progress_of, raster_input, raster_inputs, source_of, year_of_series
from ..record import RunRecord
from ..sinks import Results
from ..styles.productivity import monthly_flux, nep_raster, npp_raster, rh_raster
from ..tables import preset_parameter, table_parameter, table_source


class CasaNep(LandCarbonAlgorithm):
    """Monthly NDVI, climate and vegetation to the carbon fluxes of a year."""

    NAME = "casanep"
    GROUP = Group.PRODUCTIVITY

    NDVI, TEMPERATURE, PRECIPITATION, RADIATION = SERIES
    MONTHS, YEAR = "MONTHS", "YEAR"
    TEMPERATURE_OFFSET = "TEMPERATURE_OFFSET"
    VEGETATION, VEGETATION_PRESET, VEGETATION_TABLE = "VEGETATION", "VEGETATION_PRESET", "VEGETATION_TABLE"
    LIMITS, ALPHA, DAYLENGTH, ALIGNMENT = "LIMITS", "ALPHA", "DAYLENGTH", "ALIGNMENT"
    NPP, RH, NEP, MONTHLY_NPP, MONTHLY_NEP = "NPP", "RH", "NEP", "MONTHLY_NPP", "MONTHLY_NEP"
    PARAMETERS = "PARAMETERS"
    MEAN_NPP, MEAN_NEP, MISSING_CELLS = "MEAN_NPP", "MEAN_NEP", "MISSING_CELLS"

    def displayName(self):
        return tr("CASA NPP and NEP")

    def summary(self):
        return tr(
            "Net primary production (NPP) of every cell from NDVI, temperature, precipitation and solar "
            "radiation of twelve months, with the CASA light use efficiency model. Less what the soil "
            "respires it is net ecosystem production (NEP): what the land takes up from the air in a year."
        )

    def initAlgorithm(self, config=None):
        self.add_series()
        self.add_vegetation()
        self.add_advanced()
        self.add_outputs()

    def add_series(self):
        """The four series of a year."""
        twelve = tr("Twelve rasters, one per month, or one raster of 12 bands.")
        for name, label, text in (
            (self.NDVI, tr("NDVI"), tr("From -1 to 1. All results are on its grid.")),
            (self.TEMPERATURE, tr("Temperature"), tr("Monthly mean [deg C].")),
            (self.PRECIPITATION, tr("Precipitation"), tr("Sum of the month [mm].")),
            (self.RADIATION, tr("Solar radiation"), tr("Total, sum of the month [MJ/m2].")),
        ):
            kind = Qgis.ProcessingSourceType.Raster
            self.add(QgsProcessingParameterMultipleLayers(name, label, kind), f"{text} {twelve}")
        self.add(
            QgsProcessingParameterString(self.MONTHS, tr("Months"), optional=True),
            tr(
                "One per raster, in their order, the same for all four series: '1-12' or '4-12,1-3'. Empty: "
                "the month in the name of each layer or band, such as 201907, 2019-07, Jul, 7月 or 07."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                self.YEAR,
                tr("Year"),
                Qgis.ProcessingNumberParameterType.Integer,
                None,
                optional=True,
                minValue=1900,
                maxValue=2100,
            ),
            tr(
                "Names the bands of the results, and says how long February is. Empty: the year in the names "
                "of NDVI."
            ),
        )

    def add_vegetation(self):
        """The vegetation raster and its parameters."""
        self.add(
            QgsProcessingParameterRasterLayer(self.VEGETATION, tr("Vegetation")),
            tr("Raster of vegetation or land cover classes."),
        )
        self.add(
            preset_parameter(
                self.VEGETATION_PRESET, tr("Vegetation parameters"), vegetation_presets(), "zhu2007_igbp"
            ),
            tr(
                "Light use efficiency of every class: Zhu et al. 2006, 2007 for China by vegetation type "
                "(zhu2007) or 0.389 g C/MJ for all vegetation (potter1993), each for the classes of MODIS "
                "land cover (igbp) or of CLCD (clcd). A vegetation table replaces it."
            ),
        )
        self.add(
            table_parameter(self.VEGETATION_TABLE, tr("Vegetation table")),
            tr(
                "Your own: a row per raster value with the columns value, epsilon_max [g C/MJ] (empty: not "
                "vegetated), and if you like name, ndvi_min, ndvi_max and source."
            ),
        )
        self.add(
            QgsProcessingParameterEnum(
                self.LIMITS,
                tr("NDVI limits of the classes"),
                [tr("From the data: 5 % and 95 %"), tr("From the table, else from the data")],
                defaultValue=0,
            ),
            tr(
                "NDVI between which vegetation absorbs next to none and nearly all of the light. To compare "
                "years, use one set: the output PARAMETERS of one run as vegetation table of the others."
            ),
        )

    def add_advanced(self):
        """Parameters that most users leave as they are."""
        double = Qgis.ProcessingNumberParameterType.Double
        factors = [
            (
                QgsProcessingParameterNumber(
                    f"{name}_SCALE", label, double, None, optional=True, minValue=1e-12
                ),
                tr(
                    "What stored values are multiplied with, such as 0.0001 or 0.1. Empty: the scale of the "
                    "file."
                ),
            )
            for name, label in (
                (self.NDVI, tr("Scale of NDVI")),
                (self.TEMPERATURE, tr("Scale of temperature")),
                (self.PRECIPITATION, tr("Scale of precipitation")),
                (self.RADIATION, tr("Scale of solar radiation")),
            )
        ]
        others = (
            (
                QgsProcessingParameterNumber(
                    self.TEMPERATURE_OFFSET, tr("Offset of temperature"), double, None, optional=True
                ),
                tr(
                    "What is added after the scale: -273.15 makes deg C of kelvin. Empty: the offset of the "
                    "file."
                ),
            ),
            (
                QgsProcessingParameterNumber(
                    self.ALPHA, tr("Share of NDVI in FPAR"), double, ALPHA, minValue=0.0, maxValue=1.0
                ),
                tr("The rest is the share of the simple ratio (1 + NDVI) / (1 - NDVI)."),
            ),
            (
                QgsProcessingParameterBoolean(self.DAYLENGTH, tr("Correct for the length of days"), False),
                tr(
                    "Thornthwaite's potential evapotranspiration is for months of 30 days of 12 hours; this "
                    "makes them as long as they are at the cell's latitude."
                ),
            ),
            (
                QgsProcessingParameterEnum(
                    self.ALIGNMENT,
                    tr("Rasters on other grids"),
                    [tr("Stop with an error"), tr("Nearest"), tr("Bilinear")],
                    defaultValue=0,
                ),
                tr(
                    "Rasters that do not share the grid of NDVI are put on it this way while they are read; "
                    "vegetation by the nearest cell, or by the most frequent class where it is finer."
                ),
            ),
        )
        for definition, text in (*factors, *others):
            definition.setFlags(definition.flags() | Qgis.ProcessingParameterFlag.Advanced)
            self.add(definition, text)

    def add_outputs(self):
        """Rasters, a table and numbers."""
        for name, label, default, text in (
            (self.NPP, tr("NPP"), True, tr("Net primary production [g C/m2/year].")),
            (self.RH, tr("Respiration"), True, tr("Heterotrophic respiration [g C/m2/year].")),
            (
                self.NEP,
                tr("NEP"),
                True,
                tr("Net ecosystem production, NPP minus respiration [g C/m2/year]; negative: a source."),
            ),
            (self.MONTHLY_NPP, tr("Monthly NPP"), False, tr("Twelve bands [g C/m2/month].")),
            (self.MONTHLY_NEP, tr("Monthly NEP"), False, tr("Twelve bands [g C/m2/month].")),
        ):
            self.add(
                QgsProcessingParameterRasterDestination(name, label, optional=True, createByDefault=default),
                text,
            )
        self.add(
            QgsProcessingParameterFeatureSink(
                self.PARAMETERS, tr("Vegetation parameters used"), optional=True, createByDefault=False
            ),
            tr(
                "Table of every vegetation value: efficiency and NDVI limits as used, its cells and area. It "
                "fits as vegetation table of another run."
            ),
        )
        for name, label, text in (
            (self.MEAN_NPP, tr("Mean NPP"), tr("Over the area with a result [g C/m2/year].")),
            (self.MEAN_NEP, tr("Mean NEP"), tr("Over the area with a result [g C/m2/year].")),
            (
                self.MISSING_CELLS,
                tr("Missing cells"),
                tr("Vegetated cells without a result, because an input is missing in some month."),
            ),
        ):
            self.add(QgsProcessingOutputNumber(name, label), text)

    @shows_input_errors
    def prepareAlgorithm(self, parameters, context, feedback):
        self.inputs = {name: raster_inputs(self, parameters, name, context) for name in SERIES}
        self.vegetation = raster_input(self, parameters, self.VEGETATION, context)
        self.table = table_source(self, parameters, self.VEGETATION_TABLE, context)
        return True

    @shows_input_errors
    def processAlgorithm(self, parameters, context, feedback):
        # Inputs
        record = RunRecord(self, parameters, context, feedback)
        results = Results(record)
        rasters = self.rasters(parameters, context, record)
        table = self.vegetation_table(parameters, context, record)
        year = self.year(parameters, context, record)
        alpha = self.parameterAsDouble(parameters, self.ALPHA, context)
        daylength = self.parameterAsBool(parameters, self.DAYLENGTH, context)
        areas = cell_areas(rasters.grid) if rasters.grid.crs is not None else None

        # Limits
        share = 0.0 if all(one.limits for one in table.vegetated) else 25.0
        table, notes = data_limits(rasters, table, progress=progress_of(feedback, 0.0, share))
        record.note(*notes)
        use_table(record, table)

        def write(paths):
            targets = {name.lower(): path for name, path in paths.items()}
            progress = progress_of(feedback, share, 100.0)
            return write_casa(targets, rasters, table, alpha, year, daylength, areas, progress=progress)

        # Fluxes and results
        with results:
            found = results.rasters(titles(year), write) or write({})  # the numbers alone
            record.note(*found.notes)
            write_parameters(results, table, found)
            results.numbers(
                MEAN_NPP=found.mean_npp, MEAN_NEP=found.mean_nep, MISSING_CELLS=found.missing_cells
            )
        return results.values

    def rasters(self, parameters, context, record):
        """The four series and the vegetation on the grid of NDVI."""
        alignment = ALIGNMENTS[self.parameterAsEnum(parameters, self.ALIGNMENT, context)]
        months = self.parameterAsString(parameters, self.MONTHS, context)
        grid = None
        series = []
        for name in SERIES:
            changes = {
                attribute: self.parameterAsDouble(parameters, parameter, context)
                for attribute, parameter in (("scale", f"{name}_SCALE"), ("offset", f"{name}_OFFSET"))
                if parameters.get(parameter) is not None
            }
            sources = [
                replace(source, **changes) for source in open_year(self.inputs[name], months, name, record)
            ]
            grid = grid or sources[0].grid
            series.append(tuple(self.aligned(one, grid, alignment, False, name, record) for one in sources))
        vegetation = source_of(self.vegetation, 1, self.vegetation.name)
        record.note(*self.vegetation.notes)
        return CasaRasters(*series, self.aligned(vegetation, grid, alignment, True, self.VEGETATION, record))

    def aligned(self, source, grid, alignment, classes, series, record):
        """A source on the grid of NDVI; what was done is said once per series."""
        found, notes = align(source, grid, alignment, classes)
        record.note(*(replace(note, values={**note.values, "name": series}) for note in notes))
        return found

    def vegetation_table(self, parameters, context, record):
        """The user's vegetation table, else the preset; without limits where the data give them."""
        if self.table is not None:
            table = vegetation_table(self.table.read(record))
        else:
            table = vegetation_preset(self.parameterAsEnumString(parameters, self.VEGETATION_PRESET, context))
        record.note(*table.notes)
        from_data = LIMITS[self.parameterAsEnum(parameters, self.LIMITS, context)] == "data"
        return table.without_limits() if from_data else table

    def year(self, parameters, context, record):
        """The year that the user gave, else that of the names of NDVI; None if neither says it."""
        given = parameters.get(self.YEAR)
        if given is not None:
            given = self.parameterAsInt(parameters, self.YEAR, context)
        return year_of_series(self.inputs, self.NDVI, given, record)


def use_table(record, table):
    """Keep the parameters of the vegetated classes with the record."""
    record.used_coefficients(
        {
            "value": one.value,
            "name": one.name,
            "epsilon_max": one.epsilon_max,
            "ndvi_min": one.ndvi_min,
            "ndvi_max": one.ndvi_max,
            "limits": one.limits,
            "source": one.source,
        }
        for one in table.vegetated
    )


def titles(year):
    """Layer title and style of every raster output."""
    when = "" if year is None else f" {year}"
    return {
        CasaNep.NPP: (tr("NPP") + when, npp_raster()),
        CasaNep.RH: (tr("Heterotrophic respiration") + when, rh_raster()),
        CasaNep.NEP: (tr("NEP") + when, nep_raster()),
        CasaNep.MONTHLY_NPP: (tr("Monthly NPP") + when, monthly_flux("npp", year)),
        CasaNep.MONTHLY_NEP: (tr("Monthly NEP") + when, monthly_flux("nep", year)),
    }


def write_parameters(results, table, found):
    """Write PARAMETERS: the classes of the table, then values of the raster that it lacks."""
    known = {one.value: one for one in table.classes}
    fields = fields_of(
        ("value", int),
        ("name", str),
        ("epsilon_max", float),
        ("ndvi_min", float),
        ("ndvi_max", float),
        ("limits", str),
        ("cells", float),
        ("area_ha", float),
        ("source", str),
    )
    rows = [
        (
            one.value,
            one.name,
            one.epsilon_max,
            one.ndvi_min,
            one.ndvi_max,
            one.limits,
            found.cells[one.value],
            None if found.area_ha is None else found.area_ha[one.value],
            one.source,
        )
        for one in known.values()
    ]
    rows += [
        (value, tr("not in the table"), None, None, None, "", cells, None, "")
        for value, cells in found.cells.items()
        if value not in known
    ]
    results.table(CasaNep.PARAMETERS, fields, rows, tr("Vegetation parameters used"))
