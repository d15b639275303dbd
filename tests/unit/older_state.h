/*
 * What makes a state.sqlite one of an earlier Lightcone: each of these goes
 * back by one version of its schema, and further.
 */
#ifndef UNIT_OLDER_STATE_H
#define UNIT_OLDER_STATE_H

#define OLDER_STATE_6                                                     \
	"DROP TRIGGER job_ended_event;"                                   \
	"ALTER TABLE jobs DROP COLUMN trace;"                             \
	"ALTER TABLE events DROP COLUMN trace;"                           \
	"CREATE TRIGGER job_ended_event AFTER UPDATE OF ended_ms ON jobs" \
	" WHEN old.ended_ms IS NULL AND new.ended_ms IS NOT NULL BEGIN"   \
	" INSERT INTO events (time_ms, type, total, data)"                \
	" VALUES (new.ended_ms, 'job', 0, '\"of 6\"'); END;"              \
	"PRAGMA user_version = 6;"
#define OLDER_STATE_5                                                  \
	OLDER_STATE_6                                                  \
	"DROP TRIGGER job_ended_event; DROP TABLE events; DROP TABLE " \
	"stream; PRAGMA user_version = 5;"
#define OLDER_STATE_4 \
	OLDER_STATE_5 "DROP TABLE cache_epochs; PRAGMA user_version = 4;"
#define OLDER_STATE_3 \
	OLDER_STATE_4 "DROP TABLE webhooks_gone; PRAGMA user_version = 3;"
#define OLDER_STATE_2                                         \
	OLDER_STATE_3                                         \
	"DROP TABLE jobs; DROP TABLE job_counts; DROP TABLE " \
	"job_keys; DROP TABLE periodic; PRAGMA user_version = 2;"
#define OLDER_STATE_1                                                         \
	OLDER_STATE_2 "DROP TABLE edit_values; DROP TABLE edits; DROP TABLE " \
		      "history; DROP TABLE generations; "                     \
		      "PRAGMA user_version = 1;"

#endif
