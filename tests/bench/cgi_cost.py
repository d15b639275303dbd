"""What one request costs under plain CGI: user and system time of an exec."""
import os

EXECS = 500
TARGET = "/galaxy"
QUERY = "coordinates=10.68,41.27&radius_deg=0.5"


def cgi_environment(state):
    """As a web server on a shared host would give it."""
    return {
        "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "Apache", "SERVER_NAME": "localhost",
        "SERVER_ADDR": "127.0.0.1", "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1", "REMOTE_PORT": "40000",
        "REQUEST_METHOD": "GET", "REQUEST_SCHEME": "http",
        "SCRIPT_NAME": "/lightcone.cgi", "PATH_INFO": TARGET,
        "QUERY_STRING": QUERY,
        "REQUEST_URI": f"/lightcone.cgi{TARGET}?{QUERY}",
        "DOCUMENT_ROOT": "/", "HTTP_HOST": "localhost",
        "HTTP_ACCEPT": "*/*", "HTTP_USER_AGENT": "bench",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LIGHTCONE_STATE": state, "LIGHTCONE_CACHE": "off",
        "LIGHTCONE_RATE": "off",
    }


def execute(path, environment, stdout):
    """Runs it once; (exit status, seconds of user and system time)."""
    pid = os.posix_spawn(path, [path], environment, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, stdout, 1)])
    _, status, usage = os.wait4(pid, 0)
    return status, usage.ru_utime + usage.ru_stime


def reply_of(path, environment, directory):
    """What it answers, to see that the right thing is measured."""
    with open(os.path.join(directory, "cgi-reply"), "w+b") as f:
        status, _ = execute(path, environment, f.fileno())
        f.seek(0)
        return status, f.read()


def measure(lightcone_cgi, constant_cgi, state, directory):
    """
    Milliseconds per exec of both, by turns: (lightcone, constant).  Raises
    RuntimeError when a program fails or does not answer with the object.
    """
    environment = cgi_environment(state)
    status, reply = reply_of(lightcone_cgi, environment, directory)
    if status != 0 or b'"NGC 224"' not in reply:
        raise RuntimeError(f"lightcone.cgi: status {status}, {reply[:400]!r}")
    spent = {lightcone_cgi: 0.0, constant_cgi: 0.0}
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        for _ in range(EXECS):
            for path in spent:
                status, seconds = execute(path, environment, null)
                if status != 0:
                    raise RuntimeError(f"{path}: status {status}")
                spent[path] += seconds
    finally:
        os.close(null)
    return [1000 * seconds / EXECS for seconds in spent.values()]
