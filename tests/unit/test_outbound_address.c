/*
 * Where something may be sent: addresses in all their spellings, URLs and
 * mail addresses.
 */
#include "services/outbound_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first and last of each network, and their neighbours outside. */
static const char *const inner[] = {"0.0.0.0",
				    "0.255.255.255",
				    "10.0.0.0",
				    "10.255.255.255",
				    "100.64.0.0",
				    "100.127.255.255",
				    "127.0.0.0",
				    "127.0.0.1",
				    "127.255.255.255",
				    "169.254.0.0",
				    "169.254.169.254",
				    "169.254.255.255",
				    "172.16.0.0",
				    "172.31.255.255",
				    "192.0.0.0",
				    "192.0.0.255",
				    "192.0.2.0",
				    "192.0.2.255",
				    "192.88.99.0",
				    "192.88.99.255",
				    "192.168.0.0",
				    "192.168.255.255",
				    "198.18.0.0",
				    "198.19.255.255",
				    "198.51.100.0",
				    "198.51.100.255",
				    "203.0.113.0",
				    "203.0.113.255",
				    "224.0.0.0",
				    "239.255.255.255",
				    "240.0.0.0",
				    "255.255.255.255",
				    "::",
				    "::1",
				    "::2",
				    "::7f00:1",
				    "::127.0.0.1",
				    "::8.8.8.8",
				    "::ffff:0.0.0.0",
				    "::ffff:127.0.0.1",
				    "::ffff:10.0.0.1",
				    "::ffff:169.254.169.254",
				    "::ffff:0:8.8.8.8",
				    "64:ff9b::",
				    "64:ff9b::10.0.0.1",
				    "64:ff9b::127.0.0.1",
				    "64:ff9b::169.254.169.254",
				    "64:ff9b::1:8.8.8.8",
				    "64:ff9b:1::",
				    "64:ff9b:1::8.8.8.8",
				    "100::",
				    "100::1",
				    "2001::",
				    "2001::1",
				    "2001:0:808:808::1",
				    "2001:2::1",
				    "2001:10::1",
				    "2001:20::1",
				    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
				    "2001:db8::",
				    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
				    "2002::",
				    "2002:7f00:1::",
				    "2002:a00:1::1",
				    "2002:c0a8:101::1",
				    "2002:a9fe:a9fe::",
				    "3fff::",
				    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
				    "4000::",
				    "5f00::1",
				    "fbff::1",
				    "fc00::",
				    "fd00::1",
				    "fdff::1",
				    "fe00::1",
				    "fe80::1",
				    "febf::1",
				    "fec0::1",
				    "ff00::",
				    "ff02::1",
				    "ffff::1",
				    "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

static const char *const outer[] = {
	"1.0.0.0",          "8.8.8.8",         "9.255.255.255",
	"11.0.0.0",         "100.63.255.255",  "100.128.0.0",
	"126.255.255.255",  "128.0.0.0",       "169.253.255.255",
	"169.255.0.0",      "172.15.255.255",  "172.32.0.0",
	"191.255.255.255",  "192.0.1.0",       "192.0.3.0",
	"192.88.98.255",    "192.88.100.0",    "192.167.255.255",
	"192.169.0.0",      "198.17.255.255",  "198.20.0.0",
	"198.51.99.255",    "198.51.101.0",    "203.0.112.255",
	"203.0.114.0",      "223.255.255.255", "::ffff:8.8.8.8",
	"64:ff9b::8.8.8.8", "2000::1",         "2001:200::1",
	"2001:db7:ffff::1", "2001:db9::1",     "2001:4860:4860::8888",
	"2002:808:808::1",  "2003::1",         "2a00:1450:4001::1",
	"3ffe::1",          "3fff:1000::1"};

static void
address_check(const char *text, bool expected)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	bool is_v6 = strchr(text, ':') != NULL;

	assert_int_equal(
		inet_pton(is_v6 ? AF_INET6 : AF_INET, text,
			  is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
		1);
	if (outbound_address_private(is_v6 ? (struct sockaddr *)&v6 :
					     (struct sockaddr *)&v4) !=
	    expected)
		fail_msg("%s", text);
}

static void
test_addresses(void **state)
{
	const struct sockaddr_un local = {.sun_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < COUNT(inner); i++)
		address_check(inner[i], true);
	for (size_t i = 0; i < COUNT(outer); i++)
		address_check(outer[i], false);
	assert_true(outbound_address_private((const struct sockaddr *)&local));
}

enum kind { FINE, INNER, WRONG };

static const struct {
	const char *url;
	enum kind kind;
} urls[] = {
	{"https://example.org", FINE},
	{"https://example.org/", FINE},
	{"HTTPS://Example.ORG./done?x=1#y", FINE},
	{"http://example.org:8080/a@b", FINE},
	{"https://example.org?x=a@b", FINE},
	{"https://a_b.example.org/", FINE},
	{"https://xn--bcher-kva.example.org/", FINE},
	{"https://8.8.8.8/", FINE},
	{"https://8.8.8.8.:443/", FINE},
	{"https://0x8080808/", FINE},
	{"https://010.010.010.010/", FINE},
	{"https://134744072/", FINE},
	{"https://[2001:4860:4860::8888]:443/", FINE},
	{"https://[::ffff:8.8.8.8]/", FINE},
	{"https://0x.example.org/", FINE},
	{"https://1.example.org/", FINE},
	{"https://127.0.0.1.example.org/", FINE},
	{"https://localhost.example.org/", FINE},
	{"https://mylocalhost/", FINE},

	{"http://127.0.0.1", INNER},
	{"http://127.0.0.1:8080/x", INNER},
	{"http://127.0.0.1./", INNER},
	{"http://127.1/", INNER},
	{"http://127.0.1/", INNER},
	{"http://127.65530/", INNER},
	{"http://0177.0.0.1/", INNER},
	{"http://0x7f.0.0.1/", INNER},
	{"http://0x7F000001/", INNER},
	{"http://0x7f.1/", INNER},
	{"http://2130706433/", INNER},
	{"http://017700000001/", INNER},
	{"http://0/", INNER},
	{"http://0x/", INNER},
	{"http://0.0.0.0/", INNER},
	{"http://00000000000000000177.0.0.1/", INNER},
	{"http://10.1.2.3/", INNER},
	{"http://012.1/", INNER},
	{"http://192.168.257/", INNER},
	{"http://169.254.169.254/latest/meta-data/", INNER},
	{"http://2852039166/", INNER},
	{"http://100.64.0.1/", INNER},
	{"http://198.18.0.1/", INNER},
	{"http://224.0.0.1/", INNER},
	{"http://255.255.255.255/", INNER},
	{"http://[::1]/", INNER},
	{"http://[::1]:80/", INNER},
	{"http://[::]/", INNER},
	{"http://[0:0:0:0:0:0:0:1]/", INNER},
	{"http://[::127.0.0.1]/", INNER},
	{"http://[::ffff:127.0.0.1]/", INNER},
	{"http://[::FFFF:7f00:1]/", INNER},
	{"http://[::ffff:10.0.0.1]/", INNER},
	{"http://[64:ff9b::7f00:1]/", INNER},
	{"http://[2002:7f00:1::]/", INNER},
	{"http://[fe80::1]/", INNER},
	{"http://[fd12:3456::1]/", INNER},
	{"http://localhost/", INNER},
	{"http://LocalHost:3000/", INNER},
	{"http://localhost./", INNER},
	{"http://app.localhost/", INNER},
	{"http://localhost.localdomain/", INNER},
	{"http://ip6-localhost/", INNER},
	{"http://printer.local/", INNER},
	{"http://metadata.google.internal/", INNER},
	{"http://nas.home.arpa/", INNER},

	{"", WRONG},
	{"example.org", WRONG},
	{"//example.org/", WRONG},
	{"https:/example.org/", WRONG},
	{"https:example.org/", WRONG},
	{"https://", WRONG},
	{"https:///x", WRONG},
	{"https://?x", WRONG},
	{"https://:443/", WRONG},
	{"https://./", WRONG},
	{"https://../", WRONG},
	{"https://a..b/", WRONG},
	{"https://.example.org/", WRONG},
	{"https://example.org../", WRONG},
	{"https://example.org:/", WRONG},
	{"https://example.org:0/", WRONG},
	{"https://example.org:65536/", WRONG},
	{"https://example.org:+80/", WRONG},
	{"https://example.org:80:80/", WRONG},
	{"https://example.org:http/", WRONG},
	{"https://me@example.org/", WRONG},
	{"https://me:secret@example.org/", WRONG},
	{"https://example.org@127.0.0.1/", WRONG},
	{"https://example.org\\@127.0.0.1/", WRONG},
	{"https://127.0.0.1\\.example.org/", WRONG},
	{"https://exam ple.org/", WRONG},
	{" https://example.org/", WRONG},
	{"https://example.org/\n", WRONG},
	{"https://example.org/\r\nX: y", WRONG},
	{"https://example.org/\t", WRONG},
	{"https://example.org/\x7f", WRONG},
	{"https://b\xc3\xbc"
	 "cher.example.org/",
	 WRONG},
	{"https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/", WRONG},
	{"https://%31%32%37.0.0.1/", WRONG},
	{"https://127%2e0.0.1/", WRONG},
	{"https://256.0.0.1/", WRONG},
	{"https://1.2.3.4.5/", WRONG},
	{"https://127.0.0.0.1/", WRONG},
	{"https://4294967296/", WRONG},
	{"https://08.0.0.1/", WRONG},
	{"https://1.2.65536/", WRONG},
	{"https://example.1/", WRONG},
	{"https://example.0x1/", WRONG},
	{"https://[::1/", WRONG},
	{"https://::1/", WRONG},
	{"https://[]/", WRONG},
	{"https://[::1]x/", WRONG},
	{"https://[::1].example.org/", WRONG},
	{"https://[fe80::1%25eth0]/", WRONG},
	{"https://[127.0.0.1]/", WRONG},
	{"https://[example.org]/", WRONG},
	{"file:///etc/passwd", WRONG},
	{"ftp://example.org/", WRONG},
	{"gopher://example.org/", WRONG},
	{"httpss://example.org/", WRONG},
	{"javascript:alert(1)", WRONG},
};

static enum lc_rc
url_check(const char *url, bool allow_private)
{
	char why[200] = "";
	enum lc_rc rc =
		outbound_url_check(url, allow_private, why, sizeof(why));

	if (rc == LC_OK)
		assert_string_equal(why, "");
	else
		assert_memory_equal(why, "A webhook ", 10);
	return rc;
}

static void
test_urls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		enum lc_rc rc = url_check(urls[i].url, false);
		enum lc_rc allowed = url_check(urls[i].url, true);

		if (rc != (urls[i].kind == FINE ? LC_OK : LC_INVALID) ||
		    allowed != (urls[i].kind == WRONG ? LC_INVALID : LC_OK))
			fail_msg("%s: %d %d", urls[i].url, rc, allowed);
	}
}

/* A label has 63 characters, a host 253, a URL 2000. */
static void
test_lengths(void **state)
{
	static const struct {
		int label, labels, path;
		enum lc_rc rc;
	} cases[] = {
		{63, 1, 1, LC_OK},   {64, 1, 1, LC_INVALID},
		{49, 5, 1, LC_OK},   {50, 5, 1, LC_INVALID},
		{1, 1, 1986, LC_OK}, {1, 1, 1987, LC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char url[4096] = "https://";
		size_t at = strlen(url);

		for (int j = 0; j < cases[i].labels; j++)
			at += (size_t)snprintf(url + at, sizeof(url) - at,
					       "%0*d.", cases[i].label, 0);
		snprintf(url + at, sizeof(url) - at, "org/%0*d", cases[i].path,
			 0);
		if (url_check(url, false) != cases[i].rc)
			fail_msg("%zu: %zu", i, strlen(url));
	}
}

static void
test_mail(void **state)
{
	static const struct {
		const char *address;
		bool ok;
	} cases[] = {
		{"a@b", true},
		{"observer@example.org", true},
		{"first.last+tag@mail.example.org", true},
		{"o'hara#1@example.org", true},
		{"x@xn--bcher-kva.example", true},
		{"-x@example.org", true},
		{"1234567890123456789012345678901234567890123456789012345678"
		 "901234@example.org",
		 true},
		{"1234567890123456789012345678901234567890123456789012345678"
		 "9012345@example.org",
		 false},
		{"", false},
		{"@", false},
		{"a", false},
		{"a@", false},
		{"@b", false},
		{"a@@b", false},
		{"a@b@c", false},
		{".a@b", false},
		{"a.@b", false},
		{"a..b@c", false},
		{"a@b.", false},
		{"a@.b", false},
		{"a@b..c", false},
		{"a b@c", false},
		{" a@b", false},
		{"a@b ", false},
		{"a@b\n", false},
		{"a@b\r\nBcc: c@d", false},
		{"a\r\n@b", false},
		{"a@b,c@d", false},
		{"a@b;c@d", false},
		{"a@b c@d", false},
		{"<a@b>", false},
		{"A <a@b>", false},
		{"\"a b\"@c", false},
		{"a@[127.0.0.1]", false},
		{"a@127.0.0.1", false},
		{"a(x)@b", false},
		{"\xc3\xa9@example.org", false},
		{"a@b\xc3\xbc"
		 "cher.example",
		 false},
		{"a\x7f@b", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (outbound_mail_ok(cases[i].address) != cases[i].ok)
			fail_msg("%s", cases[i].address);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_mail),
	};

	return cmocka_run_group_tests_name("outbound_address", tests, NULL,
					   NULL);
}
