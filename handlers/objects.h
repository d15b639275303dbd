/*
 * What the endpoints that answer with objects of the sky share: the
 * catalogue that is asked, an object as JSON and as documentation, and the
 * names that were perhaps meant.
 */
#ifndef HANDLERS_OBJECTS_H
#define HANDLERS_OBJECTS_H

#include "context.h"
#include "sky/rows.h"

/*
 * Calls `ask` with a reader of the catalogue; `name` NULL is the default one.
 * A catalogue that is not there, or fails, becomes the call's problem: of the
 * parameter `catalogue`, or 503 with the reason.
 */
enum lc_rc objects_ask(struct lc_call *call, const char *name,
		       enum lc_rc (*ask)(struct lc_call *call,
					 struct catalogue *catalogue,
					 const void *args),
		       const void *args) LC_CHECKED;

/* The same where another parameter names it: "settings.catalogue". */
enum lc_rc objects_ask_of(struct lc_call *call, const char *param,
			  const char *name,
			  enum lc_rc (*ask)(struct lc_call *call,
					    struct catalogue *catalogue,
					    const void *args),
			  const void *args) LC_CHECKED;

/*
 * The same where the catalogue's name is a part of the path: one that is not
 * there is LC_NOT_FOUND.
 */
enum lc_rc objects_ask_in_path(struct lc_call *call, const char *name,
			       enum lc_rc (*ask)(struct lc_call *call,
						 struct catalogue *catalogue,
						 const void *args),
			       const void *args) LC_CHECKED;

/* LC_NOT_FOUND, with a sentence that says which catalogues there are. */
enum lc_rc objects_no_catalogue(struct lc_call *call) LC_CHECKED;

/* "; near names: NGC 224, NGC 225", or ""; NULL without memory. */
enum lc_rc objects_near(struct lc_call *call, struct catalogue *catalogue,
			const char *name, const char **out) LC_CHECKED;

/*
 * The members of an object, one after the other, into an object that is
 * open; without separation where that is NULL, with the identifiers too
 * where `whole`.
 */
void objects_write(struct json *json, const struct columns_set *columns,
		   const struct columns_value *values,
		   const double *separation_deg, const char *catalogue,
		   bool whole);

/* The same members as documentation, all of them: the i-th, or false. */
bool objects_field(size_t i, struct lc_field *field);

/* One number for one state of a catalogue. */
uint64_t objects_state(struct catalogue_version version);

/* The same of what may be kept of it: also which it is, and its epoch. */
uint64_t objects_kept_state(struct lc_call *call, struct catalogue *catalogue);

/*
 * For `version` of an endpoint whose answer is made of this catalogue and
 * its arguments.
 */
enum lc_rc objects_version(struct lc_call *call, const char *name,
			   uint64_t *version) LC_CHECKED;
enum lc_rc objects_version_in_path(struct lc_call *call, const char *name,
				   uint64_t *version) LC_CHECKED;

/* What so many searches within this radius cost: by the objects they look at. */
enum { OBJECTS_COST_MOST = 1000 };

#define OBJECTS_COST "1, and 1 for every 25,000 objects that are looked at"

int64_t objects_cost(struct lc_call *call, const char *name, double radius_deg,
		     size_t searches);

/* LC_HEAVY where so many searches within this radius look at many objects. */
enum lc_work objects_weigh(struct lc_call *call, const char *name,
			   double radius_deg, size_t searches);

/* The class (keeping.h) of searches within this radius. */
unsigned objects_class(const struct lc_call *call, const char *name,
		       double radius_deg);

/* What is said of a catalogue beside its rows; `table` points into it. */
enum lc_rc objects_table(struct lc_call *call, struct catalogue *catalogue,
			 struct rows_table *table) LC_CHECKED;

extern const struct lc_tag objects_tag;

#endif
