"""What a process gets at a time where several share the tests, by pytest-xdist:
all that goes through one front, which is then started once, or else a file.
"""

import ctypes
import os
import re
import signal
import socket

import fronts
from processes import parents

PR_SET_PDEATHSIG = 1

PLACE = re.compile(
    r"[\[-](%s)(?=[]-])" % "|".join(map(fronts.place_id, fronts.ALL_PLACES))
)


def share_of(test):
    """By its id."""
    place = PLACE.search(test)
    return place[1] if place else test.split("::")[0]


def scheduler(config, log):
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return share_of(nodeid)

    return Scheduler(config, log)


def tell_at_once(config):
    """What pytest-rerunfailures keeps of each test it keeps in the process
    that has given the share, and it asks there before each test: two small
    messages, of which the second would wait 40 ms for the first to be
    acknowledged.
    """
    kept = getattr(getattr(config, "failures_db", None), "sock", None)
    if is_share() and kept is not None:
        kept.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


# ---- their end


def is_share():
    return "PYTEST_XDIST_WORKER" in os.environ


def end_with_parent():
    """A process that has a share does not outlive the one that gave it."""
    if is_share():
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_others():
    """Those that have a share end, and stop what they started."""
    if is_share():
        return
    for pid, parent in parents().items():
        if parent == os.getpid():
            os.kill(pid, signal.SIGTERM)
