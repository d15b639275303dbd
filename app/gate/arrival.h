/*
 * How much of a FastCGI request has arrived on a connection.
 *
 * libfcgi reads with blocking calls: a peer that sends nothing, or half a
 * header, would hold a thread.  So a connection is given to it only when
 * looking at it, without taking anything, shows that the header is there.
 */
#ifndef GATE_ARRIVAL_H
#define GATE_ARRIVAL_H

enum arrival {
	ARRIVAL_WHOLE,  /* all of it, with its body: no read will block */
	ARRIVAL_HEAD,   /* as much as one can look at, and more may come */
	ARRIVAL_PARTLY, /* less than that */
	ARRIVAL_NEVER,  /* the peer has closed, or does not speak FastCGI */
};

/* Looks at what has arrived; does not block. */
enum arrival arrival_look(int connection);

#endif
