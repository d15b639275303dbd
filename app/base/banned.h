/*
 * Functions that may not be used in Lightcone, because they do not know
 * where their destination ends, read numbers without saying what was wrong,
 * or keep hidden state.  Included before everything else by the build.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof

#endif
