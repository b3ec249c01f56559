"""The tables that come with LandCarbon: where they are and how a preset is chosen by its name."""

from dataclasses import replace
from pathlib import Path

from .errors import InputDataError
from .tables import Table, read_table

RESOURCES = Path(__file__).resolve().parents[1] / "resources"


def presets(folder: str) -> tuple[str, ...]:
    """Names of the presets in a folder of `resources`, sorted: the stems of its CSV files."""
    return tuple(sorted(path.stem for path in (RESOURCES / folder).glob("*.csv")))


def read_preset(folder: str, name: str) -> Table:
    """A preset as a table, named like the preset.

    Parameters
    ----------
    folder : str
        Folder of `resources`, 'classes' for one.
    name : str
        Name of the preset: the file's stem.

    Raises
    ------
    InputDataError
        There is no such preset; the text lists those there are.
    """
    available = presets(folder)
    if name not in available:
        raise InputDataError(
            "No preset '{name}' in {folder}; choose one of {available}.",
            name=name,
            folder=folder,
            available=", ".join(available),
        )
    table = read_table(RESOURCES / folder / f"{name}.csv")
    return replace(table, name=name, reading=())  # how our own file is encoded is no decision for the user
