"""How far a computation is: callables that take the finished fraction and may raise `Cancelled`."""


def no_progress(fraction):
    """Progress that nobody watches."""


def step_of(progress, done, steps):
    """The progress of one step of several, 0 to 1, as that of all.

    Parameters
    ----------
    progress : callable
        Gets the finished fraction of all steps.
    done, steps : int
        Steps finished, and in all.
    """

    def share(fraction):
        progress((done + fraction) / steps)

    share(0.0)
    return share
