#include "hub/hub_inner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	HUB_PING_S = 25, /* web servers cut what is silent for 60 s */
	HUB_HANG_UP_S = 55,
	HUB_LISTEN_MS = 1000, /* between looks where the bell is not heard */
	HUB_TICK_MS = 50,
	HUB_LEAVE_MS = 1000,
	HUB_RECEIVE_BYTES = 4096, /* that each connection has room for */
	HUB_SPARE_FILES = 64,
	HUB_BEFOREHAND = 10000, /* events that are in memory from the start */
};

static const lws_retry_bo_t patience = {
	.secs_since_valid_ping = HUB_PING_S,
	.secs_since_valid_hangup = HUB_HANG_UP_S,
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

/* ---- now and then */

/* Whoever is too slow to be told so for so long is not told. */
static void
clients_look(struct hub *hub)
{
	int64_t until_ns = clock_mono_ns() - HUB_GRACE_MS * CLOCK_NS_PER_MS;

	for (struct client *c = hub->clients; c != NULL; c = c->next)
		if (c->slow_ns != 0 && c->slow_ns < until_ns)
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK,
					LWS_TO_KILL_ASYNC);
}

static void
hub_tick(lws_sorted_usec_list_t *timer)
{
	struct hub *hub = lws_container_of(timer, struct hub, timer);

	clients_release(hub);
	clients_look(hub);
	lws_sul_schedule(hub->context, 0, timer, hub_tick,
			 HUB_TICK_MS * LWS_US_PER_MS);
}

/* ---- beginning and ending */

static void
hub_say(int level, const char *line)
{
	int length = (int)strcspn(line, "\n");

	if (level == LLL_ERR)
		log_error("%.*s", length, line);
	else
		log_warning("%.*s", length, line);
}

/* As many connections as the system gives us. */
static int64_t
files_raise(int64_t wanted)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == RLIM_INFINITY)
		return wanted;
	return (int64_t)limit.rlim_cur - HUB_SPARE_FILES;
}

static struct lws_context *
context_new(struct hub *hub, int64_t clients)
{
	const struct hub_settings *settings = hub->settings;
	struct lws_context_creation_info info = {
		.iface = settings->path != NULL ? settings->path :
						  settings->address,
		.port = settings->path != NULL ? 0 : settings->port,
		.protocols = hub->protocols,
		.extensions = hub->extensions,
		.options =
			LWS_SERVER_OPTION_VALIDATE_UTF8 |
			LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
			(settings->path != NULL ? LWS_SERVER_OPTION_UNIX_SOCK :
						  0),
		.server_string = "Lightcone",
		.user = hub,
		.fd_limit_per_thread = (unsigned)(clients + HUB_SPARE_FILES),
		.retry_and_idle_policy = &patience,
		.timeout_secs = 10,
		.uid = -1,
		.gid = -1,
	};

	return lws_create_context(&info);
}

static void
hub_init(struct hub *hub, const struct hub_settings *settings,
	 struct events *events)
{
	hub->settings = settings;
	hub->events = events;
	hub->protocols[0] = (struct lws_protocols){
		.name = "cosmic-stream",
		.callback = hub_told,
		.per_session_data_size = sizeof(struct client),
		.rx_buffer_size = HUB_RECEIVE_BYTES,
	};
	hub->extensions[0] = (struct lws_extension){
		"permessage-deflate", hub_packing, "permessage-deflate"};
	hub->messages_end = &hub->messages;
	buf_init(&hub->out);
	atomic_init(&hub->stopping, false);
	pthread_mutex_init(&hub->lock, NULL);
	pthread_cond_init(&hub->changed, NULL);
}

struct hub *
hub_new(const struct hub_settings *settings, struct events *events,
	struct buf *why)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	int64_t clients;

	if (hub == NULL) {
		buf_add_text(why, "out of memory");
		return NULL;
	}
	hub_init(hub, settings, events);
	lws_set_log_level(LLL_ERR | LLL_WARN, hub_say);
	clients = files_raise(settings->clients_most);
	if (clients > settings->clients_most)
		clients = settings->clients_most;
	if (!events_log_init(&hub->log, events, HUB_TAIL_BYTES)) {
		buf_add_text(why, "out of memory");
	} else {
		events_log_look(&hub->log, HUB_BEFOREHAND);
		hub->context = context_new(hub, clients);
		if (hub->context == NULL)
			buf_printf(why, "it cannot listen at %s: %s",
				   settings->path != NULL ? settings->path :
							    settings->address,
				   strerror(errno));
	}
	if (hub->context != NULL && threads_start(hub)) {
		hub_tick(&hub->timer);
		return hub;
	}
	hub_free(hub);
	return NULL;
}

/* All clients are told that it goes, if they read. */
static void
clients_dismiss(struct hub *hub)
{
	int64_t until_ns = clock_mono_ns() + HUB_LEAVE_MS * CLOCK_NS_PER_MS;
	int told = 0;

	hub->leaving = true;
	for (struct client *c = hub->clients; c != NULL; c = c->next)
		lws_callback_on_writable(c->wsi);
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
	buf_release(&hub->out);
	pthread_cond_destroy(&hub->changed);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}
