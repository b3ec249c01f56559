"""Windows that cover a grid within a budget, and the stream of tasks over them."""

import os
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from landcarbon.core.errors import Cancelled, InputDataError
from landcarbon.core.raster.blocks import Window, stream, windows
from landcarbon.core.raster.grid import Grid
from landcarbon.core.raster.source import open_source, read
from osgeo import gdal

# Windows


def grid_of(width, height):
    return Grid(width, height, (0, 1, 0, 0, 0, -1), "")


@settings(max_examples=200, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    block=st.tuples(st.integers(1, 100), st.integers(1, 100)),
    bytes_per_cell=st.sampled_from([1, 2.5, 11]),
    budget=st.integers(1, 100_000),
    workers=st.integers(1, 3),
)
def test_windows_cover_every_cell_once_within_the_budget(
    width, height, block, bytes_per_cell, budget, workers
):
    covered = np.zeros((height, width), dtype=int)
    corners = []
    for window in windows(grid_of(width, height), bytes_per_cell, block, budget, workers):
        part = covered[window.row : window.row + window.rows, window.column : window.column + window.columns]
        assert part.shape == (window.rows, window.columns)
        part += 1
        corners.append((window.row, window.column))
        # All tasks in flight together; nothing is smaller than a cell.
        cells = window.rows * window.columns
        assert cells == 1 or cells * bytes_per_cell * 2 * workers <= budget
    assert (covered == 1).all()
    assert corners == sorted(corners)


def test_strips_are_whole_rows_of_the_files_blocks():
    # 2 x 2 tasks x 1 byte: 10 000 cells each = 100 rows of 100, of which 96 are whole rows of blocks.
    found = list(windows(grid_of(100, 300), 1, (32, 32), 40_000, 2))
    assert [(window.row, window.rows, window.columns) for window in found] == [
        (0, 96, 100),
        (96, 96, 100),
        (192, 96, 100),
        (288, 12, 100),
    ]


def test_tiles_are_whole_blocks_where_a_row_of_blocks_does_not_fit():
    # 2 x 1 tasks: 2500 cells each; a row of blocks has 3200, two blocks 2048.
    found = list(windows(grid_of(100, 64), 1, (32, 32), 5000, 1))
    assert found[:3] == [Window(0, 0, 64, 32), Window(64, 0, 36, 32), Window(0, 32, 64, 32)]


def test_a_file_of_strips_is_cut_into_single_rows():
    # 2 x 1 tasks: 150 cells each; the file's strips are 20 rows high.
    found = list(windows(grid_of(100, 40), 1, (20, 100), 300, 1))
    assert len(found) == 40
    assert found[7] == Window(0, 7, 100, 1)


def test_a_row_that_does_not_fit_is_cut():
    found = list(windows(grid_of(100, 2), 1, (1, 100), 80, 1))
    assert [window.columns for window in found] == [40, 40, 20] * 2


def test_no_task_is_so_big_that_a_cancel_would_wait():
    found = next(windows(grid_of(10_000, 10_000), 1, budget=2**40, workers=1))
    assert found.rows * found.columns <= 4_000_000


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9), st.integers(1, 40), st.integers(1, 40), st.integers(1, 500))
def test_parts_are_bands_of_whole_rows(row, rows, columns, cells):
    window = Window(3, row, columns, rows)
    parts = list(window.parts(cells))
    assert [part.row for part in parts[1:]] == [part.row + part.rows for part in parts[:-1]]
    assert (parts[0].row, parts[-1].row + parts[-1].rows) == (row, row + rows)
    assert {(part.column, part.columns) for part in parts} == {(3, columns)}
    assert all(part.rows == 1 or part.rows * columns <= cells for part in parts)


# The stream


def threads_of_the_engine():
    return [thread for thread in threading.enumerate() if thread.name.startswith("landcarbon")]


def test_results_come_in_the_order_of_the_tasks():
    second_done = threading.Event()

    def work(task):
        if task == 0:
            assert second_done.wait(10)
        if task == 1:
            second_done.set()
        return task

    assert list(stream(work, range(20), workers=2)) == list(range(20))


class CountingExecutor(Executor):
    """Runs a task when it is submitted, and counts what was submitted and not yet taken."""

    _max_workers = 3

    def __init__(self):
        self.waiting = self.most = self.submitted = 0

    def submit(self, work, /, *args, **kwargs):
        self.submitted += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = Future()
        future.set_result(work(*args, **kwargs))
        return future


def test_at_most_two_tasks_per_worker_are_in_flight():
    executor = CountingExecutor()
    for _ in stream(abs, range(50), executor):
        executor.waiting -= 1
    assert executor.most == 6
    assert executor.submitted == 50


def test_workers_can_be_told_for_an_executor_that_does_not():
    executor = CountingExecutor()
    for _ in stream(abs, range(50), executor, workers=1):
        executor.waiting -= 1
    assert executor.most == 2


def test_progress_goes_from_0_to_1_once():
    seen = []
    list(stream(abs, range(8), workers=2, progress=seen.append))
    assert seen == [number / 8 for number in range(9)]


def test_a_pool_of_ones_own_is_gone_afterwards():
    seen = []
    for _ in stream(abs, range(8), workers=2):
        seen.append(len(threads_of_the_engine()))
    assert max(seen) in (1, 2)
    assert threads_of_the_engine() == []


def test_a_given_executor_stays_open():
    with ThreadPoolExecutor(2) as pool:
        assert list(stream(abs, [-1, -2], pool)) == [1, 2]
        assert pool.submit(abs, -3).result() == 3


class SlowExecutor(Executor):
    """Does the first task; the others wait for ever."""

    _max_workers = 2

    def __init__(self):
        self.futures = []

    def submit(self, work, /, *args, **kwargs):
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_result(work(*args, **kwargs))
        return self.futures[-1]


def test_a_cancel_takes_back_what_a_given_executor_has_not_begun():
    def progress(fraction):
        if fraction > 0:
            raise Cancelled

    executor = SlowExecutor()
    with pytest.raises(Cancelled):
        list(stream(abs, range(9), executor, progress=progress))
    assert [future.cancelled() for future in executor.futures] == [False, True, True, True]


@pytest.mark.parametrize("at", [0.0, 0.25])
def test_a_cancel_comes_out_and_ends_the_work(at):
    done = []

    def progress(fraction):
        if fraction >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(stream(done.append, range(400), workers=2, progress=progress))
    # 400 x 0.25 were taken when it was cancelled, 4 more may have been in flight.
    assert len(done) <= 400 * at + 4
    assert threads_of_the_engine() == []


def test_an_error_of_a_task_comes_out_and_ends_the_work():
    started = []

    def work(task):
        started.append(task)
        if task == 3:
            raise InputDataError("no such code")
        return task

    taken = []
    with pytest.raises(InputDataError, match="no such code"):
        for result in stream(work, range(400), workers=2):
            taken.append(result)
    assert taken == [0, 1, 2]
    assert max(started) < 3 + 4  # what was in flight
    assert threads_of_the_engine() == []


def test_an_error_of_the_caller_ends_the_work():
    done = []
    results = stream(done.append, range(400), workers=2)
    next(results)
    results.close()
    assert len(done) <= 5
    assert threads_of_the_engine() == []


def test_too_little_memory_is_the_users_to_know():
    def work(task):
        raise MemoryError

    with pytest.raises(InputDataError, match="not enough memory"):
        list(stream(work, [1]))


def test_gdal_raises_in_the_tasks_and_not_after():
    before = gdal.GetUseExceptions()
    assert list(stream(lambda _: gdal.GetUseExceptions(), range(3), workers=2)) == [1, 1, 1]
    assert gdal.GetUseExceptions() == before


def test_gdals_state_is_restored_after_a_cancel():
    before = gdal.GetUseExceptions()

    def progress(fraction):
        raise Cancelled

    with pytest.raises(Cancelled):
        list(stream(abs, [1], progress=progress))
    assert gdal.GetUseExceptions() == before


# Files


def open_files():
    """What this process has open."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:  # the descriptor of the listing itself
            continue
    return found


@pytest.fixture
def sources(make_raster):
    values = np.random.default_rng(1).integers(0, 9, (64, 64)).astype(np.uint8)
    return [
        open_source(make_raster(values, name=f"{number}.tif", options=["BLOCKYSIZE=4", "COMPRESS=DEFLATE"]))
        for number in range(3)
    ]


def read_rows(task):
    source, row = task
    values, _ = read(source, 0, row, 64, 4)
    return int(values.sum()), source.path in open_files()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="tells open files by /proc")
@pytest.mark.parametrize("end", ["all", "cancel", "error", "left"])
def test_files_are_closed_after_a_run(sources, end):
    paths = {source.path for source in sources}
    tasks = [(source, row) for row in range(0, 64, 4) for source in sources]
    if end == "error":
        tasks[20] = (sources[0], 640)  # rows that are not there

    def progress(fraction):
        if end == "cancel" and fraction > 0.5:
            raise Cancelled

    ends_with = {"cancel": pytest.raises(Cancelled), "error": pytest.raises(InputDataError)}
    results = stream(read_rows, tasks, workers=2, progress=progress)
    with ends_with.get(end, nullcontext()):
        for count, (_, was_open) in enumerate(results):
            assert was_open
            if end == "left" and count == 10:
                break
    results.close()
    assert paths.isdisjoint(open_files())
