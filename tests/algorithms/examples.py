"""Example parameters of every algorithm for the contract test: without destinations, as small as possible."""


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


EXAMPLES = {"landusebudget": landusebudget, "unitpanel": unitpanel}
