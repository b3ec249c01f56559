"""Example parameters of every algorithm for the contract test: without destinations, as small as possible."""

from .forecast.conftest import FIELDS, YEARS, history_rows


def unitpanel(make):
    return {
        "TABLES": [make.csv("budget.csv", "unit,year,ce_t,cs_t\na,2019,10,4\nb,2019,5,6\n")],
        "UNITS": make.layer({"code": str, "province": str}, [("a", "P"), ("b", "P")], make.squares(2)),
        "UNIT_FIELD": "code",
        "GROUP_FIELD": "province",
    }


def landusebudget(make):
    return {
        "LAND_COVER": [make.raster("cover_2019.tif", [[1, 1, 12, 12], [1, 10, 12, 1]])],  # IGBP
        "UNITS": make.layer(
            {"code": str, "region": str}, [("a", "East China"), ("b", "North China")], make.squares(2)
        ),
        "UNIT_FIELD": "code",
        "REGION_FIELD": "region",
    }


def zonalcarbon(make):
    return {
        "FLUX": [make.raster("nep_2019.tif", [[120.5, 80.0, -30.0, 10.0], [150.0, 90.0, 0.0, 5.0]])],
        "UNITS": make.layer({"code": str}, [("a",), ("b",)], make.squares(2)),
        "UNIT_FIELD": "code",
    }


def carbonindices(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float, "cs_t": float, "gdp": float, "province": str},
            [
                ("a", 2010, 10.0, 4.0, 3.0, "P"),
                ("b", 2010, 5.0, 6.0, 1.0, "P"),
                ("a", 2020, 12.0, 4.0, 5.0, "P"),
                ("b", 2020, 5.0, 7.0, 2.0, "P"),
            ],
            make.squares(2) * 2,
        ),
        "GDP_FIELD": "gdp",
        "GROUP_FIELD": "province",
        "SINKS": [
            make.csv(
                "classes.csv", "unit,year,class,cs_t\na,2010,forest,4\nb,2010,forest,6\na,2020,forest,4\n"
            )
        ],
        "NEP_TABLE": make.csv("nep.csv", "class,nep,per\nforest,4,t C/ha\n"),
    }


def balancezoning(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float, "cs_t": float, "ecc": float, "esc": float},
            [("a", 2010, 10.0, 4.0, 1.2, 0.6), ("a", 2020, 10.0, 4.0, 0.8, 0.6)],
            make.squares(1) * 2,
        ),
    }


def casanep(make):
    warmth = (1, 4, 9, 15, 20, 24, 27, 26, 21, 15, 9, 3)
    months = [f"2019{month:02}" for month in range(1, 13)]
    values = {
        "NDVI": [[[0.1 + t / 40, 0.2 + t / 50], [0.15 + t / 60, 0.5]] for t in warmth],
        "TEMPERATURE": [[[float(t), t - 3.0], [t + 1.0, t - 8.0]] for t in warmth],
        "PRECIPITATION": [[[5.0 * t, 30.0], [0.0, 120.0]] for t in warmth],
        "RADIATION": [[[250.0 + 12 * t, 400.0], [300.0, 350.0]] for t in warmth],
    }
    return {
        name: [
            make.raster(f"{name.lower()}_{month}.tif", value)
            for month, value in zip(months, series, strict=True)
        ]
        for name, series in values.items()
    } | {"VEGETATION": make.raster("vegetation.tif", [[1, 4], [10, 13]])}  # IGBP


def rastertrend(make):
    return {
        "SERIES": [
            make.raster(f"npp_{year}.tif", [[year - 2000, 5], [3, 2020 - year]]) for year in range(2000, 2006)
        ]
    }


def unittrend(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float},
            [(unit, 2000 + i, float(i * step)) for i in range(5) for unit, step in (("a", 1), ("b", -2))],
            make.squares(2) * 5,
        ),
        "FIELDS": ["ce_t"],
    }


def fillseries(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float, "mass": str},
            [("a", 2000, 10.0, "t C"), ("a", 2002, 14.0, "t C"), ("b", 2001, 3.0, "t C")],
            make.squares(3),
        ),
        "FIELDS": ["ce_t"],
    }


def geodetector(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "ce_t": float, "gdp": float, "climate": str},
            [(f"u{i}", float(i * i % 11), float(i), "wet" if i % 3 else "dry") for i in range(9)],
            make.squares(9),
        ),
        "RESPONSE": "ce_t",
        "FACTORS": ["gdp", "climate"],
        "STRATA": "2-3",
    }


def stepwiseregression(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "ce_t": float, "energy": float, "rain": float},
            [(f"u{i}", 3.0 * i + i * i % 3, float(i), float(i * i % 5)) for i in range(9)],
            make.squares(9),
        ),
        "RESPONSE": "ce_t",
        "DRIVERS": ["energy", "rain"],
    }


def hierarchicalclusters(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "forest_t": float, "water_t": float},
            [(f"u{i}", 2020, float(i // 2), float(i * i % 5)) for i in range(6)],
            make.squares(6),
        ),
        "FIELDS": ["forest_t", "water_t"],
        "CLUSTERS": 3,
    }


def pattern_units(make):
    """Five units in a row, in two years."""
    return make.layer(
        {"unit": str, "year": int, "ce_t": float},
        [(f"u{i}", year, float((i * i + year) % 7)) for year in (2010, 2020) for i in range(5)],
        make.squares(5) * 2,
    )


def globalmoran(make):
    return {"INPUT": pattern_units(make), "FIELDS": ["ce_t"], "PERMUTATIONS": 99}


def localmoran(make):
    return {"INPUT": pattern_units(make), "FIELD": "ce_t", "PERMUTATIONS": 99}


def hotspot(make):
    return {"INPUT": pattern_units(make), "FIELD": "ce_t"}


def emerginghotspots(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float},
            [(f"u{i}", 2000 + t, float((i * i + t * i) % 7)) for t in range(5) for i in range(5)],
            make.squares(5) * 5,
        ),
        "FIELD": "ce_t",
    }


def deviationalellipse(make):
    return {
        "INPUT": make.layer(
            {"unit": str, "year": int, "ce_t": float},
            [(f"u{i}", year, 1.0 + (i * i + year) % 7) for year in (2010, 2020) for i in range(5)],
            [f"Point({i * i} {i})" for i in range(5)] * 2,
            geometry="Point",
        ),
        "WEIGHT_FIELD": "ce_t",
    }


def stirpat_history(make):
    """Two units in twelve years, with the amounts of the STIRPAT drivers."""
    shapes = [shape for shape in make.squares(2) for _ in YEARS]
    return make.layer(FIELDS, history_rows(), shapes)


def stirpatfit(make):
    return {"INPUT": stirpat_history(make)}


def stirpatforecast(make):
    return {
        "INPUT": stirpat_history(make),
        "COEFFICIENTS": make.csv(
            "coefficients.csv",
            "variable,ridge_b,pool,k\nconstant,1,region,0.1\nP,0.5,region,0.1\nW,0.4,region,0.1\n",
        ),
        "CS_FIELD": "cs_t",
        "DRAWS": 20,
    }


def landtransition(make):
    return {
        "FROM": make.raster("cover_2000.tif", [[1, 1, 12, 12], [1, 10, 12, 1]]),  # IGBP
        "TO": make.raster("cover_2020.tif", [[1, 12, 12, 13], [1, 10, 12, 1]]),
        "UNITS": make.layer(
            {"code": str, "region": str}, [("a", "East China"), ("b", "North China")], make.squares(2)
        ),
        "UNIT_FIELD": "code",
        "REGION_FIELD": "region",
    }


def sectorinventory(make):
    return {
        "ACTIVITIES": make.csv(
            "activities.csv",
            "unit,year,activity,amount,amount_2,amount_3,per,sector,subsector\n"
            "a,2020,raw coal,10,,,1e4 t,industry,manufacturing\n"
            "a,2020,pig,500,,,head,,\n"
            "b,2020,rice,3,,,万吨,,\n"
            "b,2020,domestic waste burned,100,0.6,1,kt,,\n",
        ),
    }


def allocateemissions(make):
    return {
        "PARCELS": make.layer(
            {"type": str, "district": str},
            [("industrial land", "P"), ("transport land", "P"), ("rural homestead", "P"), ("water", "P")],
            make.squares(4),
        ),
        "LAND_TYPE_FIELD": "type",
        "PARENT_FIELD": "district",
        "TOTALS": make.csv(
            "totals.csv",
            "parent,year,sector,subsector,total,kind,mass\n"
            "P,2020,industry,manufacturing,50,source,t C\nP,2020,construction,residential,20,source,t C\n"
            "P,2020,transport,road,9,source,t C\nP,2020,sinks,natural,3,sink,t C\n",
        ),
        "POINTS": make.layer(
            {"kind": str},
            [("manufacturing",), ("transport",)],
            ["Point(0.5 0.5)", "Point(1.5 0.5)"],
            geometry="Point",
        ),
        "CATEGORY_FIELD": "kind",
        "PEOPLE": make.layer({"n": float}, [(4.0,)], ["Point(2.5 0.5)"], geometry="Point"),
        "COUNT_FIELD": "n",
        "ROADS": make.layer(
            {"class": str}, [("primary",)], ["LineString(1 0.5, 3 0.5)"], geometry="LineString"
        ),
        "ROAD_CLASS_FIELD": "class",
    }


def landuseintensity(make):
    return {
        "CLASS_AREAS": make.csv(
            "areas.csv", "unit,year,class,area_ha\na,2010,forest,4\na,2020,cropland,4\nb,2020,water,2\n"
        ),
    }


def neutralityzoning(make):
    return {
        "UNITS": make.layer({"code": str}, [("a",), ("b",)], make.squares(2)),
        "UNIT_FIELD": "code",
        "TRENDS": make.csv(
            "trends.csv", "unit,field,z,class\na,cs_t,2,2\nb,cs_t,-1,-1\na,cb,1,1\nb,cb,0,0\n"
        ),
        "CEP": make.csv("forecast.csv", "unit,cep\na,5\nb,2\n"),
        "CLI": make.csv("intensity.csv", "unit,year,cli\na,2020,210\nb,2020,250\n"),
        "RULE_TABLE": make.csv(
            "rules.csv",
            "index,field,direction,weight\ncs,cs_t,positive,1\nnce,cb,negative,1\ncep,,positive,1\ncli,,positive,1\n",
        ),
        "CLASS_COUNT": 2,
    }


def aggregatecarbon(make):
    return {
        "INPUT": make.layer(
            {"parcel": str, "ce_t": float, "cs_t": float, "net_t": float, "mass": str},
            [("a", 10.0, 4.0, 6.0, "t C"), ("b", 5.0, 6.0, -1.0, "t C")],
            make.squares(2),
        ),
        "UNITS": make.layer({"town": str}, [("x",), ("y",)], make.squares(2), name="towns"),
        "UNIT_FIELD": "town",
    }


EXAMPLES = {
    "aggregatecarbon": aggregatecarbon,
    "allocateemissions": allocateemissions,
    "carbonindices": carbonindices,
    "casanep": casanep,
    "deviationalellipse": deviationalellipse,
    "emerginghotspots": emerginghotspots,
    "fillseries": fillseries,
    "geodetector": geodetector,
    "globalmoran": globalmoran,
    "hierarchicalclusters": hierarchicalclusters,
    "hotspot": hotspot,
    "landtransition": landtransition,
    "landusebudget": landusebudget,
    "landuseintensity": landuseintensity,
    "localmoran": localmoran,
    "neutralityzoning": neutralityzoning,
    "rastertrend": rastertrend,
    "sectorinventory": sectorinventory,
    "stepwiseregression": stepwiseregression,
    "stirpatfit": stirpatfit,
    "stirpatforecast": stirpatforecast,
    "unitpanel": unitpanel,
    "unittrend": unittrend,
    "zonalcarbon": zonalcarbon,
    "balancezoning": balancezoning,
}
