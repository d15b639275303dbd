/*
 * The mass of a black hole from what was seen, by one of several methods.
 *
 * A method says which inputs it needs and takes; it is named, or found from
 * the inputs that were given.  What does not belong to it is refused, never
 * ignored.  Uncertainties of the inputs are propagated to first order, by
 * central differences (at a bound of the range, by one-sided ones); where the
 * first order is off by a fifth, one standard deviation away, or nothing can
 * be answered there, a warning says so.
 *
 * Masses are in the source's frame.  Where a redshift is given, measured
 * frequencies, times and periods are taken as observed, 1 + z times longer
 * than at the source, and the detector-frame mass is 1 + z times the other.
 */
#ifndef RELATIVITY_MASS_H
#define RELATIVITY_MASS_H

#include "base/rc.h"
#include "relativity/inputs.h"
#include "relativity/merger.h"
#include "relativity/remarks.h"

enum { MASS_MODELS_MOST = 8 };

/* A formula or fit that a number comes from. */
struct mass_model {
	const char *name; /* "UIB2016" */
	const char
		*citation; /* "Jimenez-Forteza et al. 2017, PRD 95, 064024" */
};

/* X(constant, name, which relation): of m_sigma, option `relation`. */
enum mass_relation {
	MASS_MCCONNELL_MA_2013, /* "mcconnell_ma_2013" */
	MASS_GULTEKIN_2009,     /* "gultekin_2009" */
	MASS_RELATION__MAX
};

/* The values are within their ranges, errors are finite and not negative. */
struct mass_question {
	struct inputs inputs;
	const char *method; /* NULL: to be found */
	enum mass_relation relation;
	bool relation_given;
};

struct mass_answer {
	double mass_msun;              /* source frame */
	double uncertainty_msun;       /* 0: nothing was uncertain */
	double lower_msun, upper_msun; /* of one sigma, where it is not
	                                  symmetric (m_sigma); else 0 */
	double detector_msun, detector_uncertainty_msun;
	bool has_spin;   /* given, or found by the method */
	bool spin_found; /* by the method */
	double spin, spin_uncertainty;
	bool is_hole;    /* false: a chirp mass */
	bool is_minimum; /* radial_velocity without inclination */
	/* merger: */
	bool is_merger;
	struct merger_binary binary;
	struct merger_remnant remnant;
	/* A pair with an orbit (kepler, radial_velocity, merger), for its
	 * inspiral; companion 0: there is none.  Of a merger it is the lighter
	 * one of `binary`. */
	double companion_msun, axis_m, orbit_eccentricity;
	/* chirp: seconds until the merger, as observed. */
	double coalescence_s;
	const struct mass_model *models[MASS_MODELS_MOST];
	size_t model_count;
};

struct mass_method {
	const char *name;    /* "kepler" */
	const char *summary; /* what it takes and does, one sentence */
	const char *citation;
	/* How it is found and what it takes: in mass_table.h. */
	const struct mass_needs *needs;
	/* From inputs that mass_choose() has let pass. */
	void (*find)(const struct mass_question *question,
		     struct mass_answer *answer, struct remarks *remarks);
};

/* All methods; ends in a NULL name. */
extern const struct mass_method mass_methods[];

/*
 * The method that was named, or the one that the inputs allow.  LC_INVALID
 * with remarks: of several that fit all are named, of none what each lacks,
 * and every input that the method does not take is refused.  Also finds what
 * no single range tells: two spellings of one input, tilts without spins.
 * The remarks hold no refusal before; *method is NULL where it is not clear.
 */
enum lc_rc mass_choose(const struct mass_question *question,
		       const struct mass_method **method,
		       struct remarks *remarks) LC_CHECKED;

/* Whether an input of some method (not of the view alone) was given. */
bool mass_asked(const struct mass_question *question);

/*
 * The mass, with its uncertainty; warnings go to the remarks.  LC_INVALID:
 * an input is outside of what the method can do (a quality below the least).
 */
enum lc_rc mass_find(const struct mass_method *method,
		     const struct mass_question *question,
		     struct mass_answer *answer, struct remarks *remarks)
	LC_CHECKED;

#endif
