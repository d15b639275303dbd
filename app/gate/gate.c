#include "gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "gate/cgi.h"
#include "gate/fcgi.h"

enum { GATE_LISTEN_FD = 3, GATE_BACKLOG = 1024 };

static bool
descriptor_listens(int descriptor)
{
	int listens = 0;
	socklen_t length = sizeof(listens);

	return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens,
			  &length) == 0 &&
	       listens != 0;
}

/* Whether systemd, or another holder, passed a socket to this process. */
static bool
socket_was_passed(void)
{
	const char *count = getenv("LISTEN_FDS");
	const char *pid = getenv("LISTEN_PID");
	int64_t number;

	if (count == NULL || pid == NULL)
		return false;
	if (number_parse_int64(pid, strlen(pid), &number) != NUMBER_OK ||
	    number != getpid())
		return false;
	return descriptor_listens(GATE_LISTEN_FD);
}

/* A socket that nobody listens on any more may be replaced. */
static bool
socket_is_dead(const struct sockaddr_un *address)
{
	struct stat status;
	bool dead = false;
	int probe;

	if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return false;
	if (connect(probe, (const struct sockaddr *)address,
		    sizeof(*address)) != 0)
		dead = errno == ECONNREFUSED;
	close(probe);
	return dead;
}

static enum lc_rc
socket_make(struct gate *gate, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		log_error("%s: a socket's path has at most %zu bytes", path,
			  sizeof(address.sun_path) - 1);
		return LC_UNAVAILABLE;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	gate->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (gate->listener < 0) {
		log_error("no socket: %s", strerror(errno));
		return LC_UNAVAILABLE;
	}
	if (socket_is_dead(&address))
		unlink(path);
	mask = umask(0117); /* 0660: strangers could abort the process */
	error = bind(gate->listener, (struct sockaddr *)&address,
		     sizeof(address));
	umask(mask);
	if (error != 0 || listen(gate->listener, GATE_BACKLOG) != 0) {
		log_error("%s: %s", path, strerror(errno));
		return LC_UNAVAILABLE;
	}
	gate->kind = GATE_FCGI;
	gate->socket = path;
	return LC_OK;
}

enum lc_rc
gate_find(struct gate *gate, int argc, char **argv)
{
	*gate = (struct gate){.kind = GATE_NONE, .listener = -1};
	if (descriptor_listens(STDIN_FILENO)) {
		gate->kind = GATE_FCGI;
		gate->listener = STDIN_FILENO;
	} else if (getenv("GATEWAY_INTERFACE") != NULL) {
		gate->kind = GATE_CGI;
	} else if (argc == 3 && strcmp(argv[1], "--socket") == 0) {
		return socket_make(gate, argv[2]);
	} else if (socket_was_passed()) {
		gate->kind = GATE_FCGI;
		gate->listener = GATE_LISTEN_FD;
	}
	return LC_OK;
}

/* Every parked request holds a descriptor: take as many as are allowed. */
static void
descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
gate_serve(struct gate *gate, struct engine *engine)
{
	int code;

	if (gate->kind == GATE_CGI)
		return cgi_serve(engine);
	descriptors_raise();
	fcntl(gate->listener, F_SETFD, FD_CLOEXEC);
	code = fcgi_serve(engine, gate->listener);
	if (gate->socket != NULL)
		unlink(gate->socket);
	if (code == FCGI_UNFINISHED) {
		log_flush();
		_exit(EXIT_SUCCESS);
	}
	return code;
}
