#include "commands/privilege.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
privilege_become(uid_t user, gid_t group)
{
	const struct passwd *entry = getpwuid(user);

	if (entry != NULL)
		group = entry->pw_gid;
	if (entry != NULL ? initgroups(entry->pw_name, group) != 0 :
			    setgroups(0, NULL) != 0)
		return false;
	if (setgid(group) != 0 || setuid(user) != 0)
		return false;
	/* There must be no way back. */
	if (setuid(0) == 0) {
		errno = EPERM;
		return false;
	}
	return true;
}

enum lc_rc
privilege_become_owner(const char *state_dir)
{
	struct stat status;

	if (geteuid() != 0)
		return LC_OK;
	if (stat(state_dir, &status) != 0 && errno == ENOENT) {
		fprintf(stderr,
			"lightcone: %s is not there yet and will belong to "
			"root\n",
			state_dir);
		return LC_OK;
	}
	if (stat(state_dir, &status) != 0) {
		fprintf(stderr, "lightcone: %s: %s\n", state_dir,
			strerror(errno));
		return LC_UNAVAILABLE;
	}
	if (status.st_uid == 0) {
		fprintf(stderr,
			"lightcone: working as root, to whom %s belongs\n",
			state_dir);
		return LC_OK;
	}
	if (privilege_become(status.st_uid, status.st_gid))
		return LC_OK;
	fprintf(stderr,
		"lightcone: cannot become user %ld, to whom %s belongs: %s\n",
		(long)status.st_uid, state_dir, strerror(errno));
	return LC_UNAVAILABLE;
}
