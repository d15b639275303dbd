/*
 * GET /cone and /cone/{catalogue}: Simple Cone Search, which astronomers'
 * programs speak (IVOA, version 1.03, with what the draft of 1.1 adds).
 *
 * Rows are written as they are found, and sent whenever there are enough.
 */
#include "cone.h"

#include <string.h>

#include "keeping.h"
#include "objects.h"
#include "sky/angles.h"
#include "sky/cone.h"
#include "table.h"
#include "usage.h"

enum {
	CONE_SEND_BYTES = 1 << 16,
	CONE_QUICK_RECORDS = 10000 /* written in some milliseconds */
};

struct cone_args {
	double ra, dec, sr;
	int64_t verb;
	int64_t maxrec;
	const char *responseformat;
	const char *ucd;
	const char *catalogue;
};

static const char *const cone_ucds[] = {"1", "1plus", NULL};

#define CONE_PARAMS                                                            \
	LC_PARAM_AS(cone_args, ra, "RA", .min = "-360", .max = "360",          \
		    .unit = "deg",                                             \
		    .doc = "Right ascension of the centre, ICRS."),            \
		LC_PARAM_AS(cone_args, dec, "DEC", .min = "-90", .max = "90",  \
			    .unit = "deg",                                     \
			    .doc = "Declination of the centre, ICRS."),        \
		LC_PARAM_AS(                                                   \
			cone_args, sr, "SR", .min = "0", .max = "180",         \
			.unit = "deg",                                         \
			.doc = "Radius; 0 gives the columns and no rows."),    \
		LC_PARAM_AS(cone_args, verb, "VERB", .min = "1", .max = "3",   \
			    .def = "2",                                        \
			    .doc = "Which columns: 1 name and position, 2 "    \
				   "most, 3 all."),                            \
		LC_PARAM_AS(                                                   \
			cone_args, maxrec, "MAXREC", .min = "0",               \
			.def = "10000000",                                     \
			.doc = "Most rows to return, and never more than the " \
			       "default; when there are more, the status is "  \
			       "OVERFLOW."),                                   \
		LC_PARAM_AS(cone_args, responseformat, "RESPONSEFORMAT",       \
			    .def = "votable", .min = "1", .max = "128",        \
			    .doc = "votable, csv, tsv or json, or a media "    \
				   "type of theirs."),                         \
		LC_PARAM_AS(                                                   \
			cone_args, ucd, "UCD", .choices = cone_ucds,           \
			.def = "1",                                            \
			.doc = "The words of name and position: those of UCD " \
			       "1, which the protocol wants, or of UCD 1+.")

static const struct lc_field cone_params[] = {CONE_PARAMS, LC_FIELD_END};

static const struct lc_field cone_of_params[] = {
	CONE_PARAMS,
	LC_PARAM(cone_args, catalogue, .in = LC_IN_PATH, .min = "1",
		 .max = "64", .doc = "The catalogue to search."),
	LC_FIELD_END};

const struct lc_tag cone_tag = {
	"cone", "Simple Cone Search of the IVOA, for TOPCAT, STILTS, Aladin "
		"and pyvo."};

/* An answer on its way: in one piece as long as it is small. */
struct cone_answer {
	struct lc_call *call;
	struct rows rows;
	struct buf *out;
	const char *media_type;
	int64_t count, most;
	bool overflow;
	bool streaming;
};

static enum lc_rc
answer_send(struct cone_answer *answer)
{
	enum lc_rc rc = lc_body_send(answer->call);

	answer->streaming |= rc == LC_OK;
	return rc;
}

/* LC_NOT_FOUND, which nothing else says here: enough rows were found. */
static enum lc_rc
answer_row(void *context, const struct columns_value *values,
	   double separation_deg)
{
	struct cone_answer *answer = context;

	if (answer->count == answer->most) {
		answer->overflow = true;
		return LC_NOT_FOUND;
	}
	answer->count++;
	rows_row(&answer->rows, values, separation_deg);
	return answer->out->length < CONE_SEND_BYTES ? LC_OK :
						       answer_send(answer);
}

/*
 * What went wrong is said at the end of what was sent already.  The transfer
 * is broken off all the same: some clients take no notice of such words.
 */
static enum lc_rc
answer_end(struct cone_answer *answer, enum lc_rc rc, const char *why)
{
	if (rc != LC_OK && !answer->streaming)
		return rc;
	rows_end(&answer->rows, answer->overflow, rc == LC_OK ? NULL : why);
	if (rc != LC_OK && !answer->out->failed)
		lc_stream_last(answer->call, answer->out->bytes,
			       answer->out->length);
	/* Some formats have no place for it; a header that has gone neither. */
	if (rc == LC_OK && answer->overflow && !answer->streaming)
		lc_set_field(answer->call, "X-Overflow", "true");
	return rc;
}

static enum lc_rc
cone_search_all(struct cone_answer *answer, struct catalogue *catalogue,
		const struct cone_args *args)
{
	const struct cone_query query = {
		.ra_deg = angles_wrap_deg(args->ra),
		.dec_deg = args->dec,
		.radius_deg = args->sr,
	};
	struct lc_call *call = answer->call;
	const char *why = "The time for this search is up.";
	enum lc_rc rc = LC_OK;

	rows_begin(&answer->rows);
	/* The protocol: a radius of 0 asks for the columns. */
	if (args->sr > 0)
		rc = cone_each(catalogue, &query, lc_progress(call),
			       lc_arena(call), answer_row, answer);
	if (rc == LC_NOT_FOUND)
		rc = LC_OK;
	if (rc == LC_UNAVAILABLE)
		why = catalogue_why(catalogue);
	else if (rc == LC_STOPPING)
		why = "The service is stopping; ask again.";
	else if (rc == LC_NO_MEMORY)
		why = "Out of memory.";
	return answer_end(answer, rc, why);
}

static const char *
cone_request(struct lc_call *call, const struct cone_args *args)
{
	return arena_printf(lc_arena(call), "RA=%.10g DEC=%.10g SR=%.10g",
			    args->ra, args->dec, args->sr);
}

static enum lc_rc
format_find(struct lc_call *call, const char *word, enum rows_format *format,
	    const char **media_type)
{
	if (rows_named(word, format, media_type))
		return LC_OK;
	return lc_refuse(call, "RESPONSEFORMAT", "enum", word,
			 "Input should be votable, csv, tsv, json or one of "
			 "their media types");
}

static enum lc_rc
cone_ask(struct lc_call *call, struct catalogue *catalogue, const void *context)
{
	const struct cone_args *args = context;
	struct cone_answer answer = {
		.call = call,
		.most = args->maxrec < CONE_RECORDS_MOST ? args->maxrec :
							   CONE_RECORDS_MOST,
	};
	struct rows_table table;
	enum rows_format format = ROWS_VOTABLE;
	enum lc_rc rc = format_find(call, args->responseformat, &format,
				    &answer.media_type);

	if (rc == LC_OK)
		rc = objects_table(call, catalogue, &table);
	if (rc != LC_OK)
		return rc;
	table.protocol = CONE_PROTOCOL;
	table.request = cone_request(call, args);
	table.verbosity = (int)args->verb;
	table.separation = args->verb > 1;
	table.old_ucds = strcmp(args->ucd, "1") == 0;
	if (table.request == NULL)
		return LC_NO_MEMORY;
	answer.out = lc_body(call, answer.media_type);
	rc = rows_init(&answer.rows, format, &table, lc_arena(call),
		       answer.out);
	return rc == LC_OK ? cone_search_all(&answer, catalogue, args) : rc;
}

static const char *
cone_catalogue(const struct cone_args *args)
{
	return args->catalogue;
}

static enum lc_rc
cone_run(struct lc_call *call, const void *args)
{
	return objects_ask_in_path(call, cone_catalogue(args), cone_ask, args);
}

static enum lc_rc
cone_version(struct lc_call *call, const void *args, uint64_t *version)
{
	return objects_version_in_path(call, cone_catalogue(args), version);
}

static unsigned
cone_class(const struct lc_call *call, const void *args)
{
	const struct cone_args *cone = args;
	unsigned class = objects_class(call, cone_catalogue(cone), cone->sr);
	enum rows_format format = ROWS_VOTABLE;
	const char *media_type;

	class = keeping_amount(class, (double)cone->maxrec);
	class = keeping_amount(class, (double)cone->verb);
	/* However it is spelled; `run` refuses what is none. */
	if (!rows_named(cone->responseformat, &format, &media_type))
		return class;
	return keeping_amount(class, 1 << format);
}

static enum lc_work
cone_weigh(struct lc_call *call, const void *args)
{
	const struct cone_args *cone = args;

	/* It ends as soon as there are so many. */
	if (cone->maxrec <= CONE_QUICK_RECORDS)
		return LC_QUICK;
	return objects_weigh(call, cone_catalogue(cone), cone->sr, 1);
}

static int64_t
cone_cost(struct lc_call *call, const void *args)
{
	const struct cone_args *cone = args;

	if (cone->maxrec <= CONE_QUICK_RECORDS)
		return 1;
	return objects_cost(call, cone_catalogue(cone), cone->sr, 1);
}

void
cone_problem(const struct lc_problem_view *problem, struct buf *out)
{
	struct buf words;

	buf_init(&words);
	for (size_t i = 0; i < problem->error_count; i++) {
		const struct lc_problem_error *error = &problem->errors[i];
		const char *name = strchr(error->loc, '.');

		buf_printf(&words, "%s%s: %s", i == 0 ? "" : "; ",
			   name == NULL ? error->loc : name + 1, error->msg);
	}
	if (problem->error_count == 0)
		buf_add_text(&words, problem->detail != NULL ? problem->detail :
							       problem->title);
	buf_add_char(&words, '\0');
	if (words.failed)
		out->failed = true;
	else
		rows_error(ROWS_VOTABLE, words.bytes, out);
	buf_release(&words);
}

static const enum lc_rc cone_problems[] = {LC_UNAVAILABLE, LC_OK};
static const enum lc_rc cone_of_problems[] = {LC_UNAVAILABLE, LC_NOT_FOUND,
					      LC_OK};

static const char *const cone_types[] = {
	"application/x-votable+xml", "text/xml",         "text/csv",
	"text/tab-separated-values", "application/json", NULL};

static const struct lc_example cone_examples[] = {
	{"Around M31", "/cone?RA=10.6848&DEC=41.2691&SR=0.5&VERB=1", NULL, 200},
	{"The same as CSV",
	 "/cone?RA=10.6848&DEC=41.2691&SR=0.5&VERB=1&RESPONSEFORMAT=csv", NULL,
	 200},
	{"A radius that is none", "/cone?RA=10.6848&DEC=41.2691&SR=-1", NULL,
	 200},
	{.target = NULL}};

#define CONE_ENDPOINT                                                        \
	.method = LC_GET, .tag = &cone_tag,                                  \
	.args_size = sizeof(struct cone_args), .weigh = cone_weigh,          \
	.rates = usage_limits,                                               \
	.cost = {cone_cost, OBJECTS_COST_MOST, OBJECTS_COST},                \
	.deadline_ms = 60000, .formats = LC_AS_FILE, .any_case = true,       \
	.cache = {.keep = KEEPING_BY_VERSION(cone_class)},                   \
	.version = cone_version, .problem = cone_problem,                    \
	.problem_status = 200, .problem_media = "application/x-votable+xml", \
	.file_types = cone_types,                                            \
	.details =                                                           \
		"Errors are VOTables with status 200 and a QUERY_STATUS of " \
		"ERROR, as the protocol's clients need them.",               \
	.run = cone_run

const struct lc_endpoint cone_endpoint = {
	CONE_ENDPOINT,
	.path = "/cone",
	.summary = "Simple Cone Search of the default catalogue.",
	.params = cone_params,
	.problems = cone_problems,
	.examples = cone_examples,
};

const struct lc_endpoint cone_of_endpoint = {
	CONE_ENDPOINT,
	.path = "/cone/{catalogue}",
	.summary = "Simple Cone Search of any catalogue.",
	.params = cone_of_params,
	.problems = cone_of_problems,
};
