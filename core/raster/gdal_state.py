"""GDAL's error state: errors become exceptions inside, and QGIS finds its own setting again afterwards."""

import contextlib
import threading

from osgeo import gdal, ogr, osr

from ..sequences import zip_equal

_lock = threading.Lock()
_depth = 0
_before = ()


@contextlib.contextmanager
def gdal_exceptions():
    """Make GDAL, OGR and OSR raise RuntimeError in the block, for all threads that work in it.

    The setting is global to the process and differs over the life of QGIS, so the first block that opens
    remembers it and the last one that closes restores it. Nested blocks and blocks in other threads are fine.
    """
    global _depth, _before
    with _lock:
        if _depth == 0:
            _before = tuple(module.GetUseExceptions() for module in (gdal, ogr, osr))
            for module in (gdal, ogr, osr):
                module.UseExceptions()
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                # GDAL stacks its error handlers: the last one set goes first.
                for module, used in reversed(list(zip_equal((gdal, ogr, osr), _before))):
                    if not used:
                        module.DontUseExceptions()
