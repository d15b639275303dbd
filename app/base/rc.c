#include "base/rc.h"

static const struct {
	int status;
	const char *label;
	const char *title;
} rc_table[LC_RC__MAX] = {
#define LC_RC_ROW(code, status, label, title) {status, label, title},
	LC_RC_TABLE(LC_RC_ROW)
#undef LC_RC_ROW
};

int
rc_status(enum lc_rc rc)
{
	return rc_table[rc].status;
}

const char *
rc_label(enum lc_rc rc)
{
	return rc_table[rc].label;
}

const char *
rc_title(enum lc_rc rc)
{
	return rc_table[rc].title;
}
