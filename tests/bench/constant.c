/*
 * A yardstick: the libfcgi responder that does nothing but answer.  Every
 * accepting thread takes a request, prints the same bytes and finishes it,
 * which is as quick as a FastCGI program behind a web server can be.
 *
 * BENCH_BYTES says how long the body is, BENCH_THREADS how many threads
 * accept.
 */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_DEFAULT = 2048, BYTES_MAX = 1 << 20 };
enum { THREADS_DEFAULT = 4, THREADS_MAX = 64 };

struct reply {
	char head[128];
	int head_len;
	char *body;
	int body_len;
};

static int
env_int(const char *name, int def, int max)
{
	const char *text = getenv(name);
	char *end;
	long value;

	if (text == NULL)
		return def;
	value = strtol(text, &end, 10);
	if (end == text || *end != '\0' || value < 1 || value > max) {
		fprintf(stderr, "constant: %s is 1 to %d\n", name, max);
		exit(2);
	}
	return (int)value;
}

static void *
accept_forever(void *arg)
{
	const struct reply *reply = arg;
	FCGX_Request request;

	if (FCGX_InitRequest(&request, 0, 0) != 0)
		return NULL;
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(reply->head, reply->head_len, request.out);
		FCGX_PutStr(reply->body, reply->body_len, request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int
main(void)
{
	int threads = env_int("BENCH_THREADS", THREADS_DEFAULT, THREADS_MAX);
	struct reply reply = {
		.body_len = env_int("BENCH_BYTES", BYTES_DEFAULT, BYTES_MAX),
	};
	pthread_t thread;

	reply.body = malloc((size_t)reply.body_len);
	if (reply.body == NULL || FCGX_Init() != 0)
		return 1;
	memset(reply.body, 'x', (size_t)reply.body_len);
	reply.head_len = snprintf(reply.head, sizeof(reply.head),
				  "Content-Type: application/json\r\n"
				  "Content-Length: %d\r\n\r\n",
				  reply.body_len);

	for (int i = 1; i < threads; i++)
		if (pthread_create(&thread, NULL, accept_forever, &reply) != 0)
			return 1;
	accept_forever(&reply);
	return 0;
}
