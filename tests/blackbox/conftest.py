"""Fixtures: the stage, and a site behind every front at every mount."""

import signal

import pytest

import fronts
import shares
import stage as stages
from console import Console
from editor import Editor
from keys import add_key
from processes import raise_descriptor_limit
from spans import Export
from testapp import TestApp


# What takes the sources, clients of other makers, or long, is done once, with the
# build in the source tree; the check looks at other builds too.
collect_ignore = (
    [] if stages.BUILD == stages.SOURCE
    else ["test_tour.py", "test_publish.py", "test_openapi_clients.py",
          "test_hipparcos.py", "test_pyvo.py", "test_stilts.py",
          "test_stream_client.py", "test_stream_page.py",
          "test_observing.py", "test_prometheus.py"]
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    """Told to end, as by timeout(1): stop first what was started.  Processes
    that share the tests are told, too, as otherwise they would go on.
    """
    shares.end_with_parent()
    shares.tell_at_once(config)

    def end(*_):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # told once is enough
        shares.end_others()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return shares.scheduler(config, log)


@pytest.fixture(scope="session")
def stage():
    for name in stages.PROGRAMS:
        if not (stages.BUILD / name).exists():
            pytest.exit(f"{stages.BUILD / name} is not built", 2)
    made = stages.Stage()
    yield made
    made.remove()


@pytest.fixture(
    scope="session",
    params=fronts.PLACES,
    ids=fronts.place_id,
)
def front(request, stage):
    """One front after the other; every scenario runs through each."""
    name, mount = request.param
    with fronts.starting(name, stage, mount) as started:
        yield started


@pytest.fixture(scope="session")
def site(front):
    return front.site


@pytest.fixture(scope="session")
def testing_stage():
    """The test endpoints in the product's place."""
    made = stages.Stage(as_product=True)
    yield made
    made.remove()


@pytest.fixture(scope="module", params=fronts.INSTALLED)
def any_front(request, testing_stage):
    """The test endpoints behind one front after the other."""
    with fronts.starting(request.param, testing_stage, "/sub/dir") as started:
        yield started


@pytest.fixture(scope="module", params=[name for name, _ in fronts.PLACES])
def edited(request, stage):
    """A site of its own behind each front, as others are left as they are."""
    with fronts.starting(request.param, stage, "/sub/dir") as front:
        front.keys = {
            scope: add_key(stage, front.state, scope, scope)
            for scope in ("read", "write", "publish", "admin")
        }
        yield front


@pytest.fixture
def editor(edited):
    return Editor(edited.site, edited.keys["write"])


@pytest.fixture
def directory(stage):
    """A fresh directory of one test."""
    return stage.fresh("test")


@pytest.fixture
def console(stage, directory):
    """The operator's command, with nothing imported yet."""
    return Console(stage, directory)


@pytest.fixture
def export(stage, directory):
    """Makes places that spans are exported from, and stops their workers."""
    made = []

    def make(**options):
        place = directory / f"place-{len(made)}"
        place.mkdir()
        made.append(Export(stage, place, **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.fixture
def start(stage):
    """Starts test applications, and stops them at the test's end."""
    raise_descriptor_limit(fronts.DESCRIPTORS)
    started = []

    def start_one(**options):
        started.append(TestApp(stage, **options))
        return started[-1]

    yield start_one
    for each in started:
        each.stop()


@pytest.fixture(scope="module")
def steady_app(stage):
    """One process for all tests of a file, which leave it as it is."""
    started = TestApp(stage)
    yield started
    started.stop()


@pytest.fixture
def app(start):
    """One process of the test application."""
    return start()


@pytest.fixture
def behind_lighttpd(app, stage):
    """The test application's site, through Lighttpd."""
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    site, server = app.put_lighttpd_before(stage)
    yield site
    server.stop()
