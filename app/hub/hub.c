#include "hub/hub.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "hub/hub_inner.h"

enum {
	HUB_LISTEN_MS = 1000, /* between looks where the bell is not heard */
	HUB_LEAVE_MS = 1000,
	HUB_RECEIVE_BYTES = 1 << 14, /* in one go from one connection */
	HUB_SPARE_FILES = 64,        /* those of others than clients */
	HUB_BEFOREHAND = 10000, /* events that are in memory from the start */
};

/* ---- the thread that hears the bell */

static void *
hub_listen(void *arg)
{
	struct hub *hub = arg;
	uint32_t heard = events_heard(hub->events);

	while (!atomic_load(&hub->stopping)) {
		events_wait(hub->events, heard, HUB_LISTEN_MS);
		heard = events_heard(hub->events);
		lws_cancel_service(hub->context);
	}
	return NULL;
}

static bool
threads_start(struct hub *hub)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&hub->listener, NULL, hub_listen, hub);
	if (error == 0) {
		hub->threads = 1;
		error = pthread_create(&hub->writer, NULL, hub_write, hub);
	}
	if (error == 0)
		hub->threads = 2;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		log_error("no thread: %s", strerror(error));
	return error == 0;
}

/* What has been taken from clients is written before it ends. */
static void
threads_end(struct hub *hub)
{
	atomic_store(&hub->stopping, true);
	events_ring(hub->events);
	pthread_mutex_lock(&hub->lock);
	hub->ending = true;
	pthread_cond_signal(&hub->changed);
	pthread_mutex_unlock(&hub->lock);
	if (hub->threads > 0)
		pthread_join(hub->listener, NULL);
	if (hub->threads > 1)
		pthread_join(hub->writer, NULL);
	hub->threads = 0;
}

/* ---- beginning and ending */

/* Strangers can make it say much. */
static void
hub_say(int level, const char *line)
{
	static int64_t said_ns;
	int length = (int)strcspn(line, "\n");

	if (!hub_may_say(&said_ns))
		return;
	if (level == LLL_ERR)
		log_error("%.*s", length, line);
	else
		log_warning("%.*s", length, line);
}

/*
 * As many connections as the system gives us, up to what is wanted.  The
 * limit is then just what libwebsockets is told, which looks all connections
 * through for each that has something to say where the limit is higher.
 */
static int64_t
clients_most(int64_t wanted)
{
	const int64_t others = HUB_SPARE + HUB_SPARE_FILES;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	limit.rlim_cur = (rlim_t)(wanted + others);
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == (rlim_t)(wanted + others))
		return wanted;
	log_warning("the system allows %lld open files: %lld clients at most",
		    (long long)limit.rlim_cur,
		    (long long)limit.rlim_cur - others);
	return (int64_t)limit.rlim_cur - others;
}

/* In two steps: one that could not listen would not be freed whole. */
static struct lws_context *
context_listen(struct lws_context *context,
	       const struct lws_context_creation_info *info)
{
	int error;

	if (context == NULL || lws_create_vhost(context, info) != NULL)
		return context;
	error = errno;
	lws_context_destroy(context);
	errno = error;
	return NULL;
}

static struct lws_context *
context_new(struct hub *hub)
{
	const struct hub_settings *settings = hub->settings;
	bool at_path = settings->path != NULL;
	struct lws_context_creation_info info = {
		.iface = at_path ? settings->path : settings->address,
		.port = at_path ? 0 : settings->port,
		.protocols = hub->protocols,
		.listen_accept_role = "raw-skt",
		.listen_accept_protocol = hub->protocols[0].name,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG |
			   LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			   /* Else it takes 127.0.0.1 for all there are. */
			   (settings->by_ip6 ? 0 :
					       LWS_SERVER_OPTION_DISABLE_IPV6) |
			   (at_path ? LWS_SERVER_OPTION_UNIX_SOCK : 0),
		.user = hub,
		.fd_limit_per_thread = (unsigned)(hub->clients_most +
						  HUB_SPARE + HUB_SPARE_FILES),
		.pt_serv_buf_size = HUB_RECEIVE_BYTES,
		.uid = -1,
		.gid = -1,
	};

	return context_listen(lws_create_context(&info), &info);
}

static void
hub_init(struct hub *hub, const struct hub_settings *settings,
	 struct events *events)
{
	hub->settings = settings;
	hub->events = events;
	hub->clients_most = clients_most(settings->clients_most);
	hub->protocols[0] = (struct lws_protocols){
		.name = "cosmic-stream",
		.callback = hub_told,
		.per_session_data_size = sizeof(struct client),
	};
	hub->messages_end = &hub->messages;
	hub_see(hub);
	buf_init(&hub->out.bytes);
	buf_init(&hub->text);
	atomic_init(&hub->stopping, false);
	pthread_mutex_init(&hub->lock, NULL);
	pthread_cond_init(&hub->changed, NULL);
}

/* False: `why` has words, or the log has. */
static bool
hub_begin(struct hub *hub, struct buf *why)
{
	const struct hub_settings *settings = hub->settings;

	if (hub->clients_most < 1) {
		buf_add_text(why, "the system allows too few open files");
		return false;
	}
	hub->packer = packer_new();
	if (hub->packer == NULL ||
	    !events_log_init(&hub->log, hub->events, HUB_TAIL_BYTES)) {
		buf_add_text(why, "out of memory");
		return false;
	}
	events_log_look(&hub->log, HUB_BEFOREHAND);
	errno = 0;
	hub->context = context_new(hub);
	if (hub->context == NULL) {
		buf_printf(why, "it cannot listen at %s: %s",
			   settings->path != NULL ? settings->path :
						    settings->address,
			   errno != 0 ? strerror(errno) : "no memory");
		return false;
	}
	if (threads_start(hub)) {
		hub_tick(&hub->timer);
		return true;
	}
	buf_add_text(why, "it has no threads");
	return false;
}

struct hub *
hub_new(const struct hub_settings *settings, struct events *events,
	struct buf *why)
{
	struct hub *hub = calloc(1, sizeof(*hub));

	if (hub == NULL) {
		buf_add_text(why, "out of memory");
		return NULL;
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, hub_say);
	hub_init(hub, settings, events);
	if (hub_begin(hub, why))
		return hub;
	hub_free(hub);
	return NULL;
}

/* All clients are told that it goes, if they read. */
static void
clients_dismiss(struct hub *hub)
{
	int64_t until_ns = clock_mono_ns() + HUB_LEAVE_MS * CLOCK_NS_PER_MS;
	int told = 0;

	if (hub->count > 0)
		log_notice("%lld clients are told to come again",
			   (long long)hub->count);
	hub->leaving = true;
	hub_hurry(hub);
	for (struct client *c = hub->clients; c != NULL; c = c->next) {
		if (c->state == CLIENT_ENTERS)
			client_drop(c);
		else
			client_dismiss(hub, c, STATUS_GOING,
				       "the server stops: come again", false);
	}
	while (told >= 0 && hub->clients != NULL && clock_mono_ns() < until_ns)
		told = lws_service(hub->context, 0);
}

bool
hub_run(struct hub *hub)
{
	int told = 0;

	while (told >= 0 && !atomic_load(&hub->stopping))
		told = lws_service(hub->context, 0);
	if (told >= 0)
		clients_dismiss(hub);
	return told >= 0;
}

void
hub_stop(struct hub *hub)
{
	atomic_store(&hub->stopping, true);
	lws_cancel_service(hub->context);
}

void
hub_free(struct hub *hub)
{
	if (hub == NULL)
		return;
	threads_end(hub);
	if (hub->context != NULL)
		lws_context_destroy(hub->context);
	hub_release_messages(hub);
	events_log_release(&hub->log);
	packer_free(hub->packer);
	buf_release(&hub->out.bytes);
	buf_release(&hub->text);
	pthread_cond_destroy(&hub->changed);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}
