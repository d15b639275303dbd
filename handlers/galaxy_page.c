#include "galaxy_page.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "objects.h"

/* What a token says, in this order, in hexadecimal digits. */
enum { PAGE_STATE, PAGE_QUERY, PAGE_SEPARATION, PAGE_ID, PAGE__MAX };

static uint64_t
page_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint64_t
page_text(uint64_t mix, const char *text)
{
	for (; *text != '\0'; text++)
		mix = lc_mix(mix, (unsigned char)*text);
	return lc_mix(mix, 0);
}

/*
 * All of a query but its limit, which may change from page to page.  The
 * place is as it was asked for: a name's may change, and that is a conflict.
 */
static uint64_t
page_query(const struct galaxy_page *page)
{
	const struct cone_query *cone = page->cone;
	uint64_t mix = page_text(0, page->catalogue);

	mix = page_text(mix, page->coordinates);
	mix = page_text(mix, cone->type != NULL ? cone->type : "");
	mix = lc_mix(mix, page_bits(cone->radius_deg));
	if (cone->has_magnitude_max)
		mix = lc_mix(mix, page_bits(cone->magnitude_max));
	return mix;
}

void
galaxy_page_write(const struct galaxy_page *page, const struct cone_row *last,
		  char out[GALAXY_PAGE_MAX])
{
	snprintf(out, GALAXY_PAGE_MAX, "%llx-%llx-%llx-%llx",
		 (unsigned long long)objects_state(page->version),
		 (unsigned long long)page_query(page),
		 (unsigned long long)page_bits(last->separation_deg),
		 (unsigned long long)last->id);
}

static bool
page_parse(const char *token, uint64_t parts[PAGE__MAX])
{
	for (int i = 0; i < PAGE__MAX; i++) {
		size_t length = strcspn(token, "-");

		if (number_parse_hex(token, length, &parts[i]) != NUMBER_OK)
			return false;
		token += length;
		if (*token != (i + 1 < PAGE__MAX ? '-' : '\0'))
			return false;
		token++;
	}
	return true;
}

enum lc_rc
galaxy_page_read(struct lc_call *call, const char *token,
		 const struct galaxy_page *page, struct cone_mark *mark)
{
	uint64_t parts[PAGE__MAX];

	if (!page_parse(token, parts))
		return lc_refuse(call, "after", "value_error", token,
				 "This is no token of a page; it is what "
				 "'next' of the page before says");
	if (parts[PAGE_QUERY] != page_query(page))
		return lc_refuse(call, "after", "value_error", token,
				 "This is the token of another query; only "
				 "limit and format may change between pages");
	if (parts[PAGE_STATE] != objects_state(page->version))
		return lc_fail(call, LC_CONFLICT,
			       "The catalogue has changed since the page "
			       "before; begin again without 'after'.");
	memcpy(&mark->separation_deg, &parts[PAGE_SEPARATION],
	       sizeof(mark->separation_deg));
	mark->id = (int64_t)parts[PAGE_ID];
	if (!(mark->separation_deg >= 0 && mark->separation_deg <= 180))
		return lc_refuse(call, "after", "value_error", token,
				 "This is no token of a page");
	return LC_OK;
}
