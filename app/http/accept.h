/*
 * Which media type a client likes best (proactive negotiation, RFC 9110
 * section 12.5.1).
 *
 * The most specific range that matches a type gives the type its q: the type
 * itself, then all of its kind ("text" and a star), then all there are.  A
 * range with parameters matches as well, but less than the same one without;
 * of equal ranges the highest q counts.  q=0 excludes.  Beyond the RFC "*"
 * alone is any type and ".2" is a q, as Java's HttpURLConnection sends them.
 * A malformed element is skipped.
 */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

/* So many types may be offered at once. */
enum { ACCEPT_TYPES_MOST = 16 };

/*
 * The place among `types` of the one that the field Accept likes best, ties
 * going to the first; -1 if none is acceptable.  A field that is NULL, empty
 * or malformed altogether asks for nothing and gets the first.  The types
 * offered are in lower case without parameters, e.g. "application/json", and
 * `count` is at most ACCEPT_TYPES_MOST.
 */
int accept_choose(const char *accept, const char *const *types, int count);

#endif
