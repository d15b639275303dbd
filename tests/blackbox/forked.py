"""Processes of a test's own, which share what goes wrong in them."""

import multiprocessing

fork = multiprocessing.get_context("fork")


def told(tally, function, *words):
    """What goes wrong in a process of its own, and ends all."""
    try:
        function(tally, *words)
    except BaseException as failure:  # whatever it is, the test must end
        tally.failures.put(f"{function.__name__}: {failure!r}")
        tally.over.set()
