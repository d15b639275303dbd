/* Whose request it is: addresses, networks, proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "http/client.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

static struct client_address
address(const char *text)
{
	struct client_address out = {{0}};

	if (!client_read(&out, text, strlen(text)))
		fail_msg("%s is no address", text);
	return out;
}

/* The text of a copy of just the bytes; NULL: it is none. */
static const char *
read_and_write(const char *text, size_t length, char out[CLIENT_TEXT_BYTES])
{
	struct client_address read, before;
	char *copy = malloc(length + (length == 0));
	bool ok;

	assert_non_null(copy);
	memcpy(copy, text, length);
	memset(&read, 0x55, sizeof(read));
	before = read;
	ok = client_read(&read, copy, length);
	free(copy);
	if (!ok) {
		assert_memory_equal(&read, &before, sizeof(read));
		return NULL;
	}
	client_write(&read, out);
	return out;
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *written; /* NULL: refused */
	} cases[] = {
		{BYTES("192.0.2.1"), "192.0.2.1"},
		{BYTES("0.0.0.0"), "0.0.0.0"},
		{BYTES("255.255.255.255"), "255.255.255.255"},
		{BYTES("192.0.2.1:0"), "192.0.2.1"},
		{BYTES("192.0.2.1:65535"), "192.0.2.1"},
		{BYTES("192.0.2.1:65536"), NULL},
		{BYTES("192.0.2.1:000080"), NULL},
		{BYTES("192.0.2.1:"), NULL},
		{BYTES("192.0.2.1:8a"), NULL},
		{BYTES("192.0.2.1:+80"), NULL},
		{BYTES("192.0.2.1:80:80"), NULL},
		{BYTES("192.0.2.1 "), NULL},
		{BYTES(" 192.0.2.1"), NULL},
		{BYTES("192.0.2.1\0"), NULL},
		{BYTES("192.0.2.1\0.example"), NULL},
		{BYTES("192.0.2.256"), NULL},
		{BYTES("192.0.2.01"), NULL},
		{BYTES("192.0.2.0x1"), NULL},
		{BYTES("192.0.2"), NULL},
		{BYTES("192.0.2.1.5"), NULL},
		{BYTES("192.0.2.1."), NULL},
		{BYTES("192.0.2.-1"), NULL},
		{BYTES("3221225985"), NULL},
		{BYTES("[192.0.2.1]"), NULL},
		{BYTES("192.0.2.1/32"), NULL},
		{BYTES("2001:db8::1"), "2001:db8::1"},
		{BYTES("2001:DB8:0:0:0:0:0:1"), "2001:db8::1"},
		{BYTES("2001:0db8:0000:0000:0000:0000:0000:0001"),
		 "2001:db8::1"},
		{BYTES("[2001:db8::1]"), "2001:db8::1"},
		{BYTES("[2001:db8::1]:443"), "2001:db8::1"},
		{BYTES("[2001:db8::1]443"), NULL},
		{BYTES("[2001:db8::1]:"), NULL},
		{BYTES("[2001:db8::1]:99999"), NULL},
		{BYTES("[2001:db8::1"), NULL},
		{BYTES("2001:db8::1]"), NULL},
		{BYTES("[[2001:db8::1]]"), NULL},
		{BYTES("[]"), NULL},
		{BYTES("["), NULL},
		{BYTES("]"), NULL},
		{BYTES("[]:80"), NULL},
		/* RFC 5952 section 4 */
		{BYTES("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1"},
		{BYTES("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1"},
		{BYTES("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1"},
		{BYTES("::"), "::"},
		{BYTES("::1"), "::1"},
		{BYTES("1::"), "1::"},
		{BYTES("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8"},
		{BYTES("1:2:3:4:5:6:7"), NULL},
		{BYTES("1:2:3:4:5:6:7:8:9"), NULL},
		{BYTES("1::2::3"), NULL},
		{BYTES(":::"), NULL},
		{BYTES(":"), NULL},
		{BYTES("12345::"), NULL},
		{BYTES("g::"), NULL},
		/* mapped IPv4 is IPv4 */
		{BYTES("::ffff:192.0.2.1"), "192.0.2.1"},
		{BYTES("::FFFF:c000:201"), "192.0.2.1"},
		{BYTES("[::ffff:192.0.2.1]:80"), "192.0.2.1"},
		{BYTES("0:0:0:0:0:ffff:192.0.2.1"), "192.0.2.1"},
		{BYTES("2001:db8::192.0.2.1"), "2001:db8::c000:201"},
		{BYTES("::ffff:192.0.2.1:80"), NULL},
		/* the longest there are */
		{BYTES("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"),
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{BYTES("fffff:fffff:fffff:fffff:fffff:ffff:255.255.255.255"),
		 NULL},
		/* zones, names, nothing */
		{BYTES("fe80::1%eth0"), NULL},
		{BYTES("[fe80::1%25eth0]"), NULL},
		{BYTES("fe80::1%1"), NULL},
		{BYTES("localhost"), NULL},
		{BYTES("example.org"), NULL},
		{BYTES("example.org:80"), NULL},
		{BYTES("unknown"), NULL},
		{BYTES("_hidden"), NULL},
		{BYTES("unix:/run/web.sock"), NULL},
		{BYTES(""), NULL},
		{BYTES("\xff\xfe"), NULL},
		{BYTES("%s%n"), NULL},
	};
	char room[CLIENT_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *written =
			read_and_write(cases[i].text, cases[i].length, room);
		const char *wanted = cases[i].written;

		if (wanted == NULL ?
			    written != NULL :
			    written == NULL || strcmp(written, wanted) != 0)
			fail_msg("%s: %s", cases[i].text,
				 written != NULL ? written : "refused");
	}
}

static void
test_peer(void **state)
{
	static const struct {
		const char *remote_addr, *written;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"::1", "::1"},
		{NULL, "::"},
		{"", "::"},
		{"unix:", "::"},
		{"unix:/run/web.sock", "::"},
		{"localhost", "::"},
		{"192.0.2.1, 192.0.2.2", "::"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_address peer;
		char written[CLIENT_TEXT_BYTES];

		memset(&peer, 0x55, sizeof(peer));
		client_peer(&peer, cases[i].remote_addr);
		client_write(&peer, written);
		assert_string_equal(written, cases[i].written);
	}
}

static void
test_group(void **state)
{
	static const struct {
		const char *text, *group;
	} cases[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
		{"2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"},
		{"2001:db8:1:3::", "2001:db8:1:3::"},
		{"::1", "::"},
		{"::fffe:192.0.2.1", "::"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_address one = address(cases[i].text);
		struct client_address wanted = address(cases[i].group);

		client_group(&one, &one);
		assert_memory_equal(&one, &wanted, sizeof(one));
	}
}

static void
test_networks(void **state)
{
	static const struct {
		const char *network;
		int bits; /* -1: refused */
		const char *in, *out;
	} cases[] = {
		{"10.0.0.0/8", 104, "10.255.255.255", "11.0.0.0"},
		{"10.0.0.0/8", 104, "10.0.0.0", "9.255.255.255"},
		{"10.1.2.128/25", 121, "10.1.2.255", "10.1.2.127"},
		{"10.1.2.254/31", 127, "10.1.2.255", "10.1.2.253"},
		{"192.0.2.1", 128, "192.0.2.1", "192.0.2.2"},
		{"192.0.2.1/32", 128, "192.0.2.1", "192.0.2.0"},
		{"0.0.0.0/0", 96, "255.255.255.255", "::"},
		{"0.0.0.0/1", 97, "127.255.255.255", "128.0.0.0"},
		{"::1", 128, "::1", "::"},
		{"2001:db8::/32", 32, "2001:db8:ffff::1", "2001:db9::"},
		{"2001:db8::/33", 33, "2001:db8:7fff::", "2001:db8:8000::"},
		{"2001:db8:1:2::/64", 64, "2001:db8:1:2::9", "2001:db8:1:3::"},
		{"::/0", 0, "ffff::", "192.0.2.1"},
		{"::/1", 1, "7fff::", "192.0.2.1"},
		{"::ffff:0:0/96", 96, "192.0.2.1", "::fffe:0:0"},
		{"::ffff:10.0.0.0/104", 104, "10.1.1.1", "11.0.0.0"},
		{"10.0.0.1/8", -1, NULL, NULL},
		{"10.0.0.0/7", 103, "11.0.0.0", "12.0.0.0"},
		{"10.0.0.0/6", -1, NULL, NULL},
		{"::ffff:0:0/95", -1, NULL, NULL},
		{"2001:db8::1/64", -1, NULL, NULL},
		{"2001:db8::/28", -1, NULL, NULL},
		{"10.0.0.0/33", -1, NULL, NULL},
		{"::/129", -1, NULL, NULL},
		{"::/99999999999999999999", -1, NULL, NULL},
		{"10.0.0.0/", -1, NULL, NULL},
		{"10.0.0.0/-8", -1, NULL, NULL},
		{"10.0.0.0/+8", -1, NULL, NULL},
		{"10.0.0.0/8/8", -1, NULL, NULL},
		{"10.0.0.0/8 ", -1, NULL, NULL},
		{"10.0.0.0/255.0.0.0", -1, NULL, NULL},
		{"10.0.0/8", -1, NULL, NULL},
		{"10/8", -1, NULL, NULL},
		{"[::1]", -1, NULL, NULL},
		{"10.0.0.1:80", -1, NULL, NULL},
		{"fe80::%1/64", -1, NULL, NULL},
		{"/8", -1, NULL, NULL},
		{"/", -1, NULL, NULL},
		{"", -1, NULL, NULL},
		{"localhost", -1, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_network network = {.bits = -1};
		struct client_address in, out;
		bool ok = client_network_read(&network, cases[i].network,
					      strlen(cases[i].network));

		if (ok != (cases[i].bits >= 0) || network.bits != cases[i].bits)
			fail_msg("%s: %d bits", cases[i].network, network.bits);
		if (!ok)
			continue;
		in = address(cases[i].in);
		out = address(cases[i].out);
		if (!client_in(&in, &network) || client_in(&out, &network))
			fail_msg("%s does not hold what it should",
				 cases[i].network);
	}
}

static void
test_network_lists(void **state)
{
	static const struct {
		const char *text;
		int count;
	} cases[] = {
		{"", 0},
		{" ,\t,", 0},
		{"10.0.0.0/8", 1},
		{"10.0.0.0/8 ::1", 2},
		{"10.0.0.0/8,::1", 2},
		{" 10.0.0.0/8 ,\t::1, 2001:db8::/32 ", 3},
		{"10.0.0.0/8 ::1 ::2 ::3", -1},
		{"10.0.0.0/8; ::1", -1},
		{"::1 localhost", -1},
		{"localhost ::1", -1},
		{"10.0.0.1/8", -1},
		{"10.0.0.0 / 8", -1},
	};
	struct client_network networks[3];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (client_networks_read(networks, 3, cases[i].text) !=
		    cases[i].count)
			fail_msg("\"%s\"", cases[i].text);
	assert_int_equal(client_networks_read(networks, 3, cases[5].text), 3);
	assert_int_equal(networks[0].bits, 104);
	assert_int_equal(networks[1].bits, 128);
	assert_int_equal(networks[2].bits, 32);
	assert_int_equal(client_networks_read(networks, 0, ""), 0);
	assert_int_equal(client_networks_read(networks, 0, "::1"), -1);
}

static void
test_forwarded(void **state)
{
	static const struct {
		const char *peer, *field, *client;
	} cases[] = {
		/* who is not trusted is the client, whatever it says */
		{"192.0.2.1", NULL, "192.0.2.1"},
		{"192.0.2.1", "198.51.100.1", "192.0.2.1"},
		{"192.0.2.1", "10.0.0.1", "192.0.2.1"},
		{"2001:db8::1", "198.51.100.1", "2001:db8::1"},
		/* a trusted peer that says nothing */
		{"10.0.0.1", NULL, "10.0.0.1"},
		{"10.0.0.1", "", "10.0.0.1"},
		{"10.0.0.1", " ", "10.0.0.1"},
		{"10.0.0.1", ",", "10.0.0.1"},
		{"10.0.0.1", "unknown", "10.0.0.1"},
		/* right to left */
		{"10.0.0.1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1", " 198.51.100.1\t", "198.51.100.1"},
		{"10.0.0.1", "198.51.100.1:4711", "198.51.100.1"},
		{"10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"},
		{"10.0.0.1", "2001:db8::7", "2001:db8::7"},
		{"10.0.0.1", "192.0.2.9,198.51.100.1", "198.51.100.1"},
		{"10.0.0.1", "192.0.2.9 , 198.51.100.1 , 10.0.0.2",
		 "198.51.100.1"},
		{"10.0.0.1", "192.0.2.9, 198.51.100.1, 10.0.0.2, ::1",
		 "198.51.100.1"},
		{"::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"},
		{"::1", "198.51.100.1", "198.51.100.1"},
		/* all trusted: the leftmost */
		{"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
		{"10.0.0.1", "10.0.0.3", "10.0.0.3"},
		/* what is unreadable ends it */
		{"10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"},
		{"10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "198.51.100.1, , 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "198.51.100.1,", "10.0.0.1"},
		{"10.0.0.1", ",10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "198.51.100.1 10.0.0.2", "10.0.0.1"},
		{"10.0.0.1", "junk, 198.51.100.1", "198.51.100.1"},
		{"10.0.0.1", "\"198.51.100.1\"", "10.0.0.1"},
		{"10.0.0.1", "fe80::1%eth0, 10.0.0.2", "10.0.0.2"},
		{"10.0.0.1", "10.0.0.999", "10.0.0.1"},
		{"10.0.0.1", "\xff\xff, 10.0.0.2", "10.0.0.2"},
	};
	struct client_network trusted[2];
	struct client_address peer, client, wanted;

	(void)state;
	assert_int_equal(client_networks_read(trusted, 2, "10.0.0.0/8 ::1"), 2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		peer = address(cases[i].peer);
		wanted = address(cases[i].client);
		client_forwarded(&peer, cases[i].field, trusted, 2, &client);
		if (memcmp(&client, &wanted, sizeof(client)) != 0)
			fail_msg("%s from %s", cases[i].field, cases[i].peer);
	}
	/* A unix socket is "::", and nobody is trusted unless told so. */
	client_peer(&peer, "unix:");
	client_forwarded(&peer, "192.0.2.1", trusted, 2, &client);
	assert_memory_equal(&client, &peer, sizeof(client));
	assert_int_equal(client_networks_read(trusted, 2, "::"), 1);
	client_forwarded(&peer, "192.0.2.1", trusted, 1, &client);
	wanted = address("192.0.2.1");
	assert_memory_equal(&client, &wanted, sizeof(client));
	client_forwarded(&peer, "192.0.2.1", NULL, 0, &client);
	assert_memory_equal(&client, &peer, sizeof(client));
}

/* 8 KB are read in time that grows with the length, not with its square. */
static void
test_forwarded_long(void **state)
{
	static const char *const pieces[] = {
		"10.0.0.2,", "10.0.0.2 , ", " ", "1", ",", "::1,"};
	static char field[8193];
	struct client_network trusted[2];
	struct client_address peer = address("10.0.0.1"), client;

	(void)state;
	assert_int_equal(client_networks_read(trusted, 2, "10.0.0.0/8 ::1"), 2);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		size_t length = strlen(pieces[i]);
		clock_t began = clock();

		for (size_t at = 0; at < sizeof(field) - 1; at++)
			field[at] = pieces[i][at % length];
		/* A last element that can be read, so that the walk begins. */
		snprintf(field + sizeof(field) - 12, 12, ",  10.0.0.2");
		for (int times = 0; times < 100; times++)
			client_forwarded(&peer, field, trusted, 2, &client);
		if (clock() - began > 4 * CLOCKS_PER_SEC)
			fail_msg("\"%s\" takes too long", pieces[i]);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_peer),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_network_lists),
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_forwarded_long),
	};

	return cmocka_run_group_tests_name("http client", tests, NULL, NULL);
}
