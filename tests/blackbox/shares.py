"""What a process gets at a time where several share the tests, by pytest-xdist:
all that goes through one front, which is then started once, or else a file.
"""

import re

import fronts

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
