"""The streaming engine: a raster is cut into windows, threads read and compute, the caller gets results in
order."""

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ..errors import InputDataError
from ..progress import no_progress
from .gdal_state import gdal_exceptions

MEMORY_BUDGET = 96 * 2**20  # bytes, for all tasks in flight together
_MOST_CELLS_OF_A_TASK = 4_000_000  # more gains nothing, and a cancel waits for it


class Window(NamedTuple):
    """A block of cells."""

    column: int
    row: int
    columns: int
    rows: int

    def parts(self, cells):
        """The window in bands of whole rows of about so many cells, from north to south."""
        step = max(1, cells // self.columns)
        for row in range(self.row, self.row + self.rows, step):
            rows = min(step, self.row + self.rows - row)
            yield Window(self.column, row, self.columns, rows)


def workers_of(executor=None):
    """How many tasks run at once: the machine's cores, or what the executor says."""
    return getattr(executor, "_max_workers", None) or os.cpu_count() or 1


def windows(grid, bytes_per_cell, block=(1, 1), budget=MEMORY_BUDGET, workers=None):
    """Cut a grid into windows that fit the memory budget.

    Windows are strips of the full width, a whole number of the file's blocks high where that fits, so that
    no block is decoded twice. Where one row of the file's blocks does not fit, they are tiles of a lattice
    that starts at the raster's corner.

    Parameters
    ----------
    grid : Grid
    bytes_per_cell : float
        What a task holds for every cell of its window, temporaries of the kernel included.
    block : (rows, columns)
        How the file is cut.
    budget : int
        Bytes for all tasks in flight together.
    workers : int, optional
        Tasks at once.

    Yields
    ------
    Window
        From north to south, in a row of tiles from west to east.
    """
    workers = workers or workers_of()
    cells = max(1, min(int(budget / (2 * workers * bytes_per_cell)), _MOST_CELLS_OF_A_TASK))
    block_rows = min(block[0], grid.height)
    if cells >= grid.width * block_rows:
        rows, columns = cells // grid.width // block_rows * block_rows, grid.width
    elif block[1] >= grid.width:
        # The file's blocks are strips themselves: a part of one still decodes it only once per task.
        rows = max(1, cells // grid.width)
        columns = grid.width if cells >= grid.width else cells
    else:
        rows = min(block_rows, cells)
        columns = (
            max(1, cells // rows // block[1]) * block[1]
            if cells >= rows * block[1]
            else max(1, cells // rows)
        )
    for row in range(0, grid.height, rows):
        for column in range(0, grid.width, columns):
            yield Window(column, row, min(columns, grid.width - column), min(rows, grid.height - row))


def stream(work, tasks, executor=None, workers=None, progress=no_progress):
    """Run tasks on threads and yield their results in the order of the tasks.

    At most twice as many tasks as workers are in flight, so results wait in bounded memory.

    Parameters
    ----------
    work : callable
        A module-level function of one task; it reads and computes. Its exceptions come out here.
    tasks : sequence
        Each must pickle if the executor is one of processes.
    executor : concurrent.futures.Executor, optional
        A pool of threads for this run if empty; it is shut down at the end, which closes the threads' files.
    workers : int, optional
        Threads of that pool.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.

    Yields
    ------
    What `work` returns.
    """
    tasks = list(tasks)
    workers = workers or workers_of(executor)
    own = executor is None
    pool = ThreadPoolExecutor(workers, thread_name_prefix="landcarbon") if own else executor
    waiting = deque()
    with gdal_exceptions():
        try:
            progress(0.0)
            todo = iter(tasks)
            for done in range(1, len(tasks) + 1):
                while len(waiting) < 2 * workers and (task := next(todo, None)) is not None:
                    waiting.append(pool.submit(work, task))
                yield waiting.popleft().result()
                progress(done / len(tasks))
        except MemoryError as error:
            raise InputDataError(
                "There is not enough memory for a block of the raster; close other programs or use a smaller "
                "raster."
            ) from error
        finally:
            for future in waiting:
                future.cancel()
            if own:
                pool.shutdown(wait=True)
