/*
 * GET /cone/capabilities, /cone/availability, /cone/tables, and the same of
 * each catalogue: what a cone search says of itself to programs.
 */
#include <string.h>

#include "cone.h"
#include "objects.h"
#include "sky/vosi.h"
#include "table.h"
#include "usage.h"

struct vosi_args {
	const char *catalogue;
};

static const struct lc_field vosi_of_params[] = {
	LC_PARAM(vosi_args, catalogue, .in = LC_IN_PATH, .min = "1",
		 .max = "64", .doc = "The catalogue."),
	LC_FIELD_END};

static const char *const vosi_types[] = {VOSI_MEDIA_TYPE, NULL};

static const enum lc_rc vosi_of_problems[] = {LC_NOT_FOUND, LC_OK};

static const char *
vosi_catalogue(const struct vosi_args *args)
{
	return args->catalogue;
}

/* The address of the search, and a cone that has something in it. */
static enum lc_rc
capabilities_fill(struct lc_call *call, struct catalogue *catalogue,
		  const struct vosi_args *args, struct vosi_service *service)
{
	const char *origin = lc_origin(call);
	struct catalogue_place place;
	enum lc_rc rc;

	if (origin == NULL)
		return LC_NO_MEMORY;
	service->max_records = CONE_RECORDS_MOST;
	service->url =
		arena_printf(lc_arena(call), "%s%s/cone%s%s", origin,
			     lc_mount(call), args->catalogue != NULL ? "/" : "",
			     args->catalogue != NULL ? args->catalogue : "");
	if (service->url == NULL)
		return LC_NO_MEMORY;
	rc = catalogue_fact(catalogue, FACTS_DESCRIPTION, lc_arena(call),
			    &service->description);
	if (rc == LC_OK)
		rc = catalogue_any(catalogue, &place);
	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	service->has_test = true;
	service->test_ra_deg = place.ra_deg;
	service->test_dec_deg = place.dec_deg;
	service->test_radius_deg = 0.1;
	return LC_OK;
}

static enum lc_rc
capabilities_write(struct lc_call *call, struct catalogue *catalogue,
		   const void *args)
{
	struct vosi_service service = {.description = ""};
	enum lc_rc rc = capabilities_fill(call, catalogue, args, &service);

	if (rc == LC_OK)
		vosi_capabilities(&service, lc_body(call, VOSI_MEDIA_TYPE));
	return rc;
}

static enum lc_rc
capabilities_run(struct lc_call *call, const void *args)
{
	return objects_ask_in_path(call, vosi_catalogue(args),
				   capabilities_write, args);
}

static enum lc_rc
availability_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const char *name = vosi_catalogue(args);
	char why[CATALOGUE_WHY_MAX] = "";
	struct catalogue *catalogue;
	enum lc_rc rc = catalogue_acquire(
		context->catalogues, name == NULL ? context->catalogue : name,
		&catalogue, why, sizeof(why));

	catalogue_release(catalogue);
	if (rc == LC_NOT_FOUND && name != NULL &&
	    strcmp(name, context->catalogue) != 0)
		return objects_no_catalogue(call);
	if (rc == LC_NO_MEMORY)
		return rc;
	vosi_availability(rc == LC_OK, why, lc_body(call, VOSI_MEDIA_TYPE));
	return LC_OK;
}

static enum lc_rc
tables_write(struct lc_call *call, struct catalogue *catalogue,
	     const void *args)
{
	struct rows_table table;
	enum lc_rc rc = objects_table(call, catalogue, &table);

	(void)args;
	table.verbosity = 3;
	table.separation = true;
	table.old_ucds = true;
	return rc != LC_OK ? rc :
			     vosi_tables(&table, lc_arena(call),
					 lc_body(call, VOSI_MEDIA_TYPE));
}

static enum lc_rc
tables_run(struct lc_call *call, const void *args)
{
	return objects_ask_in_path(call, vosi_catalogue(args), tables_write,
				   args);
}

#define VOSI_ENDPOINT                                                \
	.method = LC_GET, .tag = &cone_tag, .rates = usage_limits,   \
	.deadline_ms = 10000, .args_size = sizeof(struct vosi_args), \
	.formats = LC_AS_FILE, .file_types = vosi_types
#define VOSI_ENDPOINTS(thing, says)                             \
	const struct lc_endpoint cone_##thing##_endpoint = {    \
		VOSI_ENDPOINT,                                  \
		.path = "/cone/" #thing,                        \
		.summary = says " of the default catalogue.",   \
		.run = thing##_run,                             \
	};                                                      \
	const struct lc_endpoint cone_of_##thing##_endpoint = { \
		VOSI_ENDPOINT,                                  \
		.path = "/cone/{catalogue}/" #thing,            \
		.summary = says " of any catalogue.",           \
		.params = vosi_of_params,                       \
		.problems = vosi_of_problems,                   \
		.run = thing##_run,                             \
	};

VOSI_ENDPOINTS(capabilities, "What the cone search can do, for programs,")
VOSI_ENDPOINTS(availability, "Whether the cone search answers, for programs,")
VOSI_ENDPOINTS(tables, "The columns, for programs,")
