"""Permutations on several threads: blocks whose size and random numbers do not depend on the threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..progress import no_progress

SURE = 1e-10  # statistics nearer than this, in their own size, are taken for equal: rounding decides nothing


def random_of(seed, permutation):
    """The random numbers of one permutation, whatever was drawn for others.

    Parameters
    ----------
    seed, permutation : int
        0 or more.

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng((seed, permutation))


def over_blocks(work, permutations, block, progress=no_progress, threads=None):
    """What `work` makes of blocks of permutations, in their order.

    Parameters
    ----------
    work : callable
        Gets a range of permutations; runs on several threads at once.
    permutations : int
        How many in all.
    block : int
        In a block.
    progress : callable
        Gets the finished fraction, 0 to 1; it may raise `Cancelled`.
    threads : int, optional
        Of the machine if not given; the results do not depend on it.

    Yields
    ------
    What `work` returns.
    """
    ranges = [range(start, min(start + block, permutations)) for start in range(0, permutations, block)]
    threads = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as executor:
        waiting = []
        done = 0
        try:
            for part in ranges:
                waiting.append(executor.submit(work, part))
                if len(waiting) > 2 * threads:
                    yield waiting.pop(0).result()
                    done += 1
                    progress(done / len(ranges))
            for future in waiting:
                yield future.result()
                done += 1
                progress(done / len(ranges))
        finally:
            for future in waiting:
                future.cancel()


def pseudo_p(as_large, as_small, permutations):
    """p of the nearer tail: (as extreme + 1) / (permutations + 1).

    Parameters
    ----------
    as_large, as_small : int arrays
        Permutations whose statistic is at least, or at most, the observed one.
    permutations : int

    Returns
    -------
    float array

    References
    ----------
    methods.md, section 7; North et al. 2002, Am. J. Hum. Genet. 71:439.

    Examples
    --------
    >>> pseudo_p(np.array([9, 999]), np.array([990, 1]), 999)
    array([0.01 , 0.002])
    """
    return (np.minimum(as_large, as_small) + 1) / (permutations + 1)
