/*
 * Whose files the operator's commands write.
 *
 * A state directory belongs to the user as whom the web server runs the
 * application.  A command started by root becomes that user before it
 * touches the directory, so that nothing in it ends up belonging to root.
 */
#ifndef COMMANDS_PRIVILEGE_H
#define COMMANDS_PRIVILEGE_H

#include "base/rc.h"

/*
 * Started by root, becomes the owner of the state directory, for good.  When
 * there is no reason to (the directory belongs to root, or is not there yet)
 * says so on standard error and goes on.  LC_UNAVAILABLE, after one line on
 * standard error, when it cannot.
 */
enum lc_rc privilege_become_owner(const char *state_dir) LC_CHECKED;

#endif
