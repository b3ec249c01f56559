"""Years and months as ranges of time and in names of layers."""

from qgis.core import QgsDateTimeRange
from qgis.PyQt.QtCore import QDate, QDateTime, QTime


def year_span(years):
    """'2019', '2000-2020' or '': the years of a result, for its layer name."""
    if years is None or len(years) == 0:
        return ""
    first, last = min(years), max(years)
    return str(first) if first == last else f"{first}-{last}"


def year_range(year):
    """A calendar year as a range of time."""
    return QgsDateTimeRange(
        QDateTime(QDate(year, 1, 1), QTime(0, 0, 0)), QDateTime(QDate(year, 12, 31), QTime(23, 59, 59))
    )


def month_range(year, month):
    """A calendar month as a range of time."""
    first = QDate(year, month, 1)
    last = QDate(year, month, first.daysInMonth())
    return QgsDateTimeRange(QDateTime(first, QTime(0, 0, 0)), QDateTime(last, QTime(23, 59, 59)))
