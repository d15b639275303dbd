/*
 * Where the client says that we are: scheme, host and port, from what a web
 * server and proxies tell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PROXY "REMOTE_ADDR=10.1.2.3"
#define STRANGER "REMOTE_ADDR=203.0.113.9"
#define HOST "HTTP_HOST=sky.example.org"

enum { VARIABLES_MOST = 5, HOST_LONGEST = 255 };

static const char *const settings[] = {
	"LIGHTCONE_TRUSTED_PROXIES=10.0.0.0/8 2001:db8::/32", NULL};

static const struct {
	const char *variables[VARIABLES_MOST];
	const char *origin;
} cases[] = {
	/* the host */
	{{HOST}, "http://sky.example.org"},
	{{"HTTP_HOST=sky.example.org:8080"}, "http://sky.example.org:8080"},
	{{"HTTP_HOST=127.0.0.1:8080"}, "http://127.0.0.1:8080"},
	{{"HTTP_HOST=[2001:db8::1]"}, "http://[2001:db8::1]"},
	{{"HTTP_HOST=[::1]:8080"}, "http://[::1]:8080"},
	{{"HTTP_HOST=a_b-c.d:1"}, "http://a_b-c.d:1"},
	{{HOST, "SERVER_NAME=inner", "SERVER_PORT=81"},
	 "http://sky.example.org"},
	/* one that is none: what the server is called */
	{{NULL}, "http://localhost"},
	{{"SERVER_NAME=inner"}, "http://inner"},
	{{"SERVER_NAME=inner", "SERVER_PORT=80"}, "http://inner"},
	{{"SERVER_NAME=inner", "SERVER_PORT=8080"}, "http://inner:8080"},
	{{"SERVER_NAME=inner", "SERVER_PORT=443"}, "http://inner:443"},
	{{"SERVER_NAME=inner", "SERVER_PORT=443", "HTTPS=on"}, "https://inner"},
	{{"SERVER_NAME=inner", "SERVER_PORT=80", "HTTPS=on"},
	 "https://inner:80"},
	{{"SERVER_NAME=inner", "SERVER_PORT=x"}, "http://inner"},
	{{"SERVER_NAME=inner", "SERVER_PORT="}, "http://inner"},
	{{"SERVER_NAME=::1", "SERVER_PORT=81"}, "http://[::1]:81"},
	{{"SERVER_NAME=[::1]", "SERVER_PORT=81"}, "http://[::1]:81"},
	{{"SERVER_NAME=<b>", "SERVER_PORT=81"}, "http://localhost:81"},
	{{"HTTP_HOST=", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a b", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a/b", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a\"b", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=<a>", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=user@a", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a,b", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a\r\nX: y", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=\xc3\xa9", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=:80", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a:", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a:0", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a:65536", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a:8o", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=a:80:80", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=::1", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=[::1", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=[::g]", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=[::1]x", "SERVER_NAME=inner"}, "http://inner"},
	{{"HTTP_HOST=[a]", "SERVER_NAME=inner"}, "http://inner"},
	/* the scheme */
	{{HOST, "HTTPS=on"}, "https://sky.example.org"},
	{{HOST, "HTTPS=1"}, "https://sky.example.org"},
	{{HOST, "HTTPS="}, "http://sky.example.org"},
	{{HOST, "HTTPS=off"}, "http://sky.example.org"},
	{{HOST, "HTTPS=OFF"}, "http://sky.example.org"},
	{{HOST, "REQUEST_SCHEME=https"}, "https://sky.example.org"},
	{{HOST, "REQUEST_SCHEME=HTTPS"}, "https://sky.example.org"},
	{{HOST, "REQUEST_SCHEME=http"}, "http://sky.example.org"},
	{{HOST, "REQUEST_SCHEME=https", "HTTPS=off"}, "http://sky.example.org"},
	/* what a proxy says of it */
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=https"},
	 "https://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=HTTPS"},
	 "https://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO= https , http"},
	 "https://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=http, https"},
	 "http://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=http", "HTTPS=on"},
	 "http://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=", "HTTPS=on"},
	 "https://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=httpsx"},
	 "http://sky.example.org"},
	{{HOST, PROXY, "HTTP_X_FORWARDED_PROTO=javascript"},
	 "http://sky.example.org"},
	{{HOST, "REMOTE_ADDR=2001:db8::7", "HTTP_X_FORWARDED_PROTO=https"},
	 "https://sky.example.org"},
	/* and what a stranger says */
	{{HOST, STRANGER, "HTTP_X_FORWARDED_PROTO=https"},
	 "http://sky.example.org"},
	{{HOST, STRANGER, "HTTP_X_FORWARDED_PROTO=http", "HTTPS=on"},
	 "https://sky.example.org"},
	{{HOST, "REMOTE_ADDR=2001:db9::7", "HTTP_X_FORWARDED_PROTO=https"},
	 "http://sky.example.org"},
	{{HOST, "HTTP_X_FORWARDED_PROTO=https"}, "http://sky.example.org"},
};

static void
origin_is(struct scene *scene, const char *const *given, const char *origin)
{
	char method[] = "REQUEST_METHOD=GET", uri[] = "REQUEST_URI=/origin";
	char room[VARIABLES_MOST][512], body[512];
	char *variables[VARIABLES_MOST + 3] = {method, uri};
	struct peer peer;

	for (int i = 0; i < VARIABLES_MOST && given[i] != NULL; i++) {
		snprintf(room[i], sizeof(room[i]), "%s", given[i]);
		variables[i + 2] = room[i];
	}
	snprintf(body, sizeof(body), "{\"origin\":\"%s\"}\n", origin);
	peer_init(&peer);
	assert_true(peer_send(&peer, &scene->engine, variables));
	if (strcmp(peer_body(&peer), body) != 0)
		fail_msg("%s, %s: %s", given[0] == NULL ? "nothing" : given[0],
			 given[0] == NULL || given[1] == NULL ? "" : given[1],
			 peer_body(&peer));
}

static void
test_origin(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		origin_is(&scene, cases[i].variables, cases[i].origin);
	scene_close(&scene);
}

/* No name is longer than 255. */
static void
test_length(void **state)
{
	char host[VARIABLES_MOST][512], origin[512];
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (int length = HOST_LONGEST; length <= HOST_LONGEST + 1; length++) {
		const char *given[VARIABLES_MOST] = {host[0], NULL};
		char name[HOST_LONGEST + 2];

		memset(name, 'a', sizeof(name));
		name[length] = '\0';
		snprintf(host[0], sizeof(host[0]), "HTTP_HOST=%s", name);
		snprintf(origin, sizeof(origin), "http://%s",
			 length > HOST_LONGEST ? "localhost" : name);
		origin_is(&scene, given, origin);
	}
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_length),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
