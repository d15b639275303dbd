/*
 * lightcone stream: the hub, for clients by WebSocket.
 */
#include "commands/stream.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "cosmic_stream.h"
#include "engine/observe.h"
#include "services/events.h"
#include "services/presence.h"

static struct hub *volatile running; /* for the signals */

static void
stop(int number)
{
	(void)number;
	if (running != NULL)
		hub_stop(running);
}

/* Files are not opened by a handler: a thread takes this signal. */
static void *
log_look_after(void *arg)
{
	const struct timespec pause = {.tv_sec = LOG_REPEAT_S};
	sigset_t signals;

	(void)arg;
	sigfillset(&signals);
	pthread_sigmask(SIG_SETMASK, &signals, NULL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR2);
	for (;;)
		if (sigtimedwait(&signals, NULL, &pause) == SIGUSR2)
			log_reopen();
		else
			log_flush();
	return NULL;
}

static void
log_thread_start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, log_look_after, NULL) != 0 ||
	    pthread_detach(thread) != 0)
		log_warning("no thread opens the log anew when told to");
}

/* ---- serving */

static int
hub_serve(const struct options *options, struct hub *hub, const char *where)
{
	struct sigaction action = {.sa_handler = stop};
	int presence, code;

	running = hub;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	log_thread_start();
	log_notice("listening at %s", where);
	presence = presence_show(options->state, PRESENCE_STREAM);
	if (presence < 0)
		log_warning("/health does not see us: %s/%s: %s",
			    options->state, PRESENCE_STREAM, strerror(errno));
	code = hub_run(hub) ? COMMAND_OK : COMMAND_FAILED;
	running = NULL;
	if (presence >= 0)
		close(presence);
	return code;
}

static int
stream_at(const struct options *options, const struct stream_place *place,
	  struct stream_door *door, struct events *events, struct buf *why)
{
	struct hub_settings settings = {
		.path = place->path[0] != '\0' ? place->path : NULL,
		.address = place->address,
		.by_ip6 = place->by_ip6,
		.port = (int)place->port,
		.clients_most = options->stream_clients,
		.replay = COSMIC_REPLAY_MOST,
		.rate = options->stream_rate,
		.read = stream_door_read,
		.arg = door,
	};
	int code = COMMAND_FAILED;
	struct hub *hub;

	if (observe_open(options, METRICS_STREAM, &settings.metrics,
			 &settings.tracer, why) != LC_OK)
		return code;
	hub = hub_new(&settings, events, why);
	if (hub != NULL) {
		code = hub_serve(options, hub,
				 settings.path != NULL ?
					 settings.path :
					 options->stream_listen);
		stream_place_leave(place);
		hub_free(hub);
	}
	observe_close(settings.metrics, settings.tracer);
	return code;
}

static int
stream_serve(const struct options *options, struct stream_place *place,
	     struct buf *why)
{
	int code = stream_place_take(place, why);
	struct stream_door door;
	struct events *events;

	if (code != COMMAND_OK)
		return code;
	events = events_new_of(options);
	code = COMMAND_FAILED;
	if (events == NULL)
		buf_add_text(why, "out of memory");
	else if (stream_door_init(&door, options, why) == LC_OK) {
		code = stream_at(options, place, &door, events, why);
		stream_door_release(&door);
	}
	events_free(events);
	stream_place_release(place);
	return code;
}

static int
stream_run(const struct options *options)
{
	struct stream_place place;
	struct buf why;
	int code;

	if (!stream_place_read(options, &place))
		return command_say(&command_stream, COMMAND_WRONG_OPTION,
				   "stream_listen is a path of at most 107 "
				   "bytes, or an address and a port: "
				   "127.0.0.1:8081, [::1]:8081");
	buf_init(&why);
	code = stream_serve(options, &place, &why);
	if (why.length > 0)
		command_say(&command_stream, code, "%.*s", (int)why.length,
			    why.bytes);
	buf_release(&why);
	return code;
}

static int
stream_main(int argc, char **argv)
{
	const struct arguments_option none[] = {{.name = NULL}};
	struct options options;
	int code;

	if (!arguments_read(&command_stream, argc, argv, none, NULL, 0))
		return COMMAND_USAGE;
	code = command_load_options(&command_stream, &options);
	if (code != COMMAND_OK)
		return code;
	if (privilege_become_owner(options.state) != LC_OK) {
		code = COMMAND_NO_WRITE;
	} else {
		log_start(&options, "stream");
		code = stream_run(&options);
	}
	options_release(&options);
	return code;
}

const struct command command_stream = {
	.name = "stream",
	.arguments = "",
	.summary = "Serves the cosmic stream by WebSocket.",
	.help = "It listens at option stream_listen, behind the web server, "
		"which passes on what\nasks for WebSocket at /cosmic_stream.  "
		"All that it knows lies in the state\ndirectory: it may be "
		"stopped, or killed, and started again, and clients go on\n"
		"after the last event that they have had.\n\n"
		"TERM, INT and HUP: clients are told that it goes, and it "
		"ends.  USR2: the log's\nfiles are opened anew.\n"
		"Exit codes: 0 ended as told; 1 failed; 2 wrong usage; 73 the "
		"state directory\ncannot be written; 75 another hub serves "
		"there; 78 a wrong option.",
	.run = stream_main,
};
