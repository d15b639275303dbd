/*
 * lightcone stream: the hub, for clients by WebSocket.
 */
#include "commands/stream.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "cosmic_stream.h"
#include "services/events.h"
#include "services/presence.h"

static struct hub *running; /* for the signals */

static void
stop(int number)
{
	(void)number;
	hub_stop(running);
}

/* ---- where it listens */

struct place {
	char path[PATH_MAX]; /* "": by TCP */
	char address[64];
	int64_t port;
};

/* "127.0.0.1:8081", a path, or "": a socket in the state directory. */
static bool
place_read(const struct options *options, struct place *place)
{
	const char *text = options->stream_listen;
	const char *colon = strrchr(text, ':');

	memset(place, 0, sizeof(*place));
	if (text[0] == '\0')
		return snprintf(place->path, sizeof(place->path),
				"%s/stream.sock",
				options->state) < (int)sizeof(place->path);
	if (text[0] == '/')
		return snprintf(place->path, sizeof(place->path), "%s", text) <
		       (int)sizeof(place->path);
	if (colon == NULL || (size_t)(colon - text) >= sizeof(place->address))
		return false;
	memcpy(place->address, text, (size_t)(colon - text));
	return number_parse_int64(colon + 1, strlen(colon + 1), &place->port) ==
		       NUMBER_OK &&
	       place->port > 0 && place->port < 65536;
}

/* ---- serving */

static int
hub_serve(const struct options *options, const struct place *place,
	  struct stream_door *door, struct events *events, struct buf *why)
{
	const struct hub_settings settings = {
		.path = place->path[0] != '\0' ? place->path : NULL,
		.address = place->address,
		.port = (int)place->port,
		.clients_most = options->stream_clients,
		.replay = COSMIC_REPLAY_MOST,
		.rate = options->stream_rate,
		.read = stream_door_read,
		.arg = door,
	};
	struct sigaction action = {.sa_handler = stop};
	int code, presence;

	running = hub_new(&settings, events, why);
	if (running == NULL)
		return COMMAND_FAILED;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	log_notice("listening at %s", settings.path != NULL ?
					      settings.path :
					      options->stream_listen);
	presence = presence_show(options->state, PRESENCE_STREAM);
	if (presence < 0)
		log_warning("/health does not see us: %s/%s: %s",
			    options->state, PRESENCE_STREAM, strerror(errno));
	code = hub_run(running) ? COMMAND_OK : COMMAND_FAILED;
	if (presence >= 0)
		close(presence);
	hub_free(running);
	if (settings.path != NULL)
		unlink(settings.path);
	return code;
}

static int
stream_serve(const struct options *options)
{
	const struct events_limits limits = {
		.keep_s = options->stream_keep_s,
		.keep_bytes = options->stream_keep_mb << 20};
	struct stream_door door;
	struct events *events;
	struct place place;
	int code = COMMAND_FAILED;
	struct buf why;

	if (!place_read(options, &place))
		return command_say(&command_stream, COMMAND_WRONG_OPTION,
				   "stream_listen is ADDRESS:PORT, a path, or "
				   "empty");
	buf_init(&why);
	events = events_new(options->state, &limits);
	if (events == NULL)
		buf_add_text(&why, "out of memory");
	else if (stream_door_init(&door, options, &why) == LC_OK) {
		code = hub_serve(options, &place, &door, events, &why);
		stream_door_release(&door);
	}
	events_free(events);
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
	log_set_level_word(options.log_level);
	if (privilege_become_owner(options.state) != LC_OK)
		code = COMMAND_NO_WRITE;
	else
		code = stream_serve(&options);
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
		"ends.\n"
		"Exit codes: 0 ended as told; 1 failed; 2 wrong usage; 73 the "
		"state directory\ncannot be written; 78 a wrong option.",
	.run = stream_main,
};
