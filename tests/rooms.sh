#!/usr/bin/env bash
# The rooms' rules, checked from the #include lines: what the files of each
# room may know.  ARCHITECTURE.md says why.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/tap.sh

# Which headers a file may include, as shell patterns; the first line whose
# pattern fits the file counts.  Every file may also include the headers of
# the C library that are listed below, and a .c file its own header.
rooms() {
	local threads='pthread.h semaphore.h'

	cat <<END
app/base/*                  base/* $threads
app/http/*                  base/* http/* json-c/*
app/services/store*.c       base/* services/store*.h sqlite3.h $threads
app/services/cache_client.*  base/* services/cache.h services/cache_client.h libmemcached/*
app/services/cache_servers* base/* services/cache.h services/cache_servers*.h services/cache_address.h services/cache_client.h services/breaker.h libmemcached/* $threads
app/services/cache_memcached*.c base/* services/cache*.h services/digest.h libmemcached/* sodium.h
app/services/cache_entry.c  base/* services/cache_entry.h lz4.h xxhash.h
app/services/cache*         base/* services/cache*.h services/breaker.h services/digest.h services/segment*.h services/state.h services/store.h sodium.h $threads
app/services/limiter*.c     base/* services/gcra.h services/limiter.h services/segment.h sodium.h
app/services/gcra*          base/* services/limiter.h
app/services/outbound*      base/* services/outbound*.h curl/* sodium.h
app/services/metrics*       base/* services/metrics*.h services/segment.h $threads
app/services/otlp_json.c    base/* services/otlp.h services/trace.h json-c/*
app/services/otlp*          base/* services/otlp.h services/trace.h
app/services/trace_export*  base/* services/trace*.h services/otlp.h services/outbound*.h services/digest.h curl/* zlib.h $threads
app/services/trace*         base/* services/trace*.h services/segment.h services/digest.h $threads
app/services/digest*.c      base/* services/digest.h sodium.h xxhash.h
app/services/keys*.c        base/* services/store.h services/state.h services/digest.h services/keys*.h sodium.h $threads
app/services/keys*.h        base/* services/keys*.h
app/services/results*       base/* services/digest.h services/results.h services/jobs_steps.h
app/services/jobs*          base/* services/store.h services/state*.h services/digest.h services/segment*.h services/bell.h services/jobs*.h services/results.h sodium.h $threads
app/services/events_tail.c  base/* services/events*.h
app/services/events*        base/* services/store.h services/state*.h services/bell.h services/events*.h $threads
app/services/bell*          base/* services/bell.h services/segment*.h $threads
app/services/state_file*    base/* services/store.h services/state*.h
app/services/standing*      base/* services/segment_followed.h services/standing.h $threads
app/services/*              base/* services/store.h services/state.h services/digest.h services/segment.h $threads
app/engine/*                base/* http/* services/* engine/* lightcone.h lightcone_events.h $threads
app/gate/fcgi*              base/* http/* engine/* gate/* lightcone.h $threads fcgiapp.h
app/gate/*                  base/* http/* engine/* gate/* lightcone.h $threads
app/hub/frame*              base/* services/events*.h hub/frame.h hub/pack.h
app/hub/pack*               base/* hub/pack.h zlib.h
app/hub/offer*              base/* hub/offer.h
app/hub/handshake*          base/* hub/handshake.h hub/offer.h libwebsockets.h
app/hub/incoming*           base/* hub/incoming.h hub/frame.h
app/hub/message*            base/* http/* services/events.h services/trace.h hub/message.h
app/hub/refusal*            base/* http/* hub/refusal.h
app/hub/*                   base/* http/* services/events*.h services/metrics*.h services/trace.h hub/* $threads libwebsockets.h
app/sky/*                   base/* services/store.h services/state.h services/segment.h sky/* expat.h
app/relativity/picture*.c   base/* relativity/* png.h
app/relativity/trace_*.c     base/* relativity/* immintrin.h emmintrin.h
app/relativity/*            base/* relativity/*
handlers/job*               lightcone.h handlers/* base/clock.h base/number.h base/text.h services/jobs.h services/results.h services/outbound*.h services/webhooks_gone.h
handlers/cosmic*            lightcone.h lightcone_events.h handlers/* http/published.h
handlers/change.c           lightcone.h lightcone_events.h handlers/* sky/*
handlers/change_told.c       lightcone.h handlers/* sky/* base/clock.h services/jobs.h
handlers/companions.*       lightcone.h handlers/* services/standing.h
handlers/health.c           lightcone.h handlers/* sky/* base/clock.h services/standing.h
handlers/metrics.c          lightcone.h handlers/* sky/* services/metrics*.h services/standing.h
handlers/notify*            lightcone.h handlers/* services/outbound_address.h
handlers/context.*          lightcone.h handlers/* sky/* relativity/* base/options.h services/cache_epochs.h
handlers/*                  lightcone.h handlers/* sky/* relativity/* base/number.h base/text.h
app/commands/*              base/* http/* services/* engine/* sky/* relativity/* handlers/* commands/* hub/* lightcone.h lightcone_events.h $threads json-c/* sqlite3.h curl/* expat.h libwebsockets.h sodium.h
app/lightcone.h             base/* http/* engine/* app/lightcone_*.h
app/lightcone_events.h      base/* services/events*.h
app/lightcone_jobs.h        base/* services/jobs_policy.h
app/lightcone_fields.h    base/*
app/main.c                  base/* http/* services/* engine/* gate/* handlers/* lightcone.h app/probes.h
app/probes.*                base/* services/* engine/* handlers/* lightcone.h
app/cli.c                   base/* commands/*
END
}

libc='assert complex ctype endian errno fcntl float fenv inttypes limits locale math
	poll pwd grp regex sched setjmp signal spawn stdalign stdarg stdatomic stdbool
	stddef stdint stdio stdlib stdnoreturn string strings sysexits syslog
	termios time unistd dirent getopt glob netdb netinet/in netinet/tcp
	arpa/inet linux/* sys/*'

# One per line: file, line number, header.  A quoted name without a directory
# is in handlers/ or in the file's own room.
includes() {
	local file number text header room

	{ find app handlers -name '*.[ch]' -exec \
		grep -HnE '^[[:space:]]*#[[:space:]]*(include|import)' {} + \
		2> /dev/null || :; } | sort -t : -k 1,1 -k 2,2n |
		while IFS=: read -r file number text; do
		header=${text#*[<\"]}
		header=${header%%[>\"]*}
		if [[ $text == *\"* && $header != */* &&
			$header != lightcone.h ]]; then
			room=${file%/*}
			[[ ! -e handlers/$header ]] || room=handlers
			header=${room#app/}/$header
		fi
		printf '%s %s %s\n' "$file" "$number" "$header"
	done
}

# any_of PATTERN...: one that fits what any of them fits.
any_of() {
	local IFS='|'

	printf '@(%s)\n' "$*"
}

# A file of the room files_of[i] may include what fits may_of[i].
files_of=()
may_of=()
set -f
while read -r room may; do
	files_of+=("$room")
	# shellcheck disable=SC2086 # words
	may_of+=("$(any_of $may)")
done < <(rooms)
# shellcheck disable=SC2086 # words
of_libc=$(any_of $libc)
set +f

# rule_rooms: prints each include that its file's room does not allow.
rule_rooms() {
	local file number header own i last='' may=

	includes | while read -r file number header; do
		if [[ $file != "$last" ]]; then
			last=$file
			may=
			for i in "${!files_of[@]}"; do
				# shellcheck disable=SC2053 # it is a pattern
				[[ $file != ${files_of[i]} ]] || break
			done
			# shellcheck disable=SC2053 # it is a pattern
			[[ $file != ${files_of[i]} ]] || may=${may_of[i]}
			own=${file#app/}
			own=${own%.c}.h
			[[ $own == */* ]] || own=app/$own
		fi
		# shellcheck disable=SC2053 # they are patterns
		[[ $header == "$own" || ${header%.h} == $of_libc ||
			$header == $may ]] ||
			printf '%s:%s: may not know %s\n' "$file" "$number" \
				"$header"
	done
}

# rule_own_header_first: a header that needs another one before it is found.
rule_own_header_first() {
	local file number header own last=

	includes | while read -r file number header; do
		[[ $file != "$last" ]] || continue
		last=$file
		own=${file%.c}.h
		[[ $file != *.c || ! -e $own || $header == "$own" ||
			$header == "${own#app/}" ]] ||
			printf '%s:%s: %s comes first\n' "$file" "$number" \
				"${own#app/}"
	done
}

plant() {
	tap_plant rule_rooms "$1" "#include <stdio.h>\n$2\n"
}

tap_result 'each file includes what its room may know' "$(rule_rooms)"
tap_result 'each file includes its own header first' \
	"$(rule_own_header_first)"

plant app/base/a.c '#include "http/request.h"'
plant app/http/a.c '#include "engine/router.h"'
plant app/http/a.h '# include <sqlite3.h>'
plant app/services/limiter.c '#include <sqlite3.h>'
plant app/services/store.h '#include <sqlite3.h>'
plant app/services/keys.c '#include <sqlite3.h>'
plant app/services/keys.h '#include <sodium.h>'
plant app/engine/a.c '#include "sky/zones.h"'
plant app/engine/a.c '#include <fcgiapp.h>'
plant app/gate/cgi.c '#include <fcgiapp.h>'
plant app/gate/fcgi.c '#include "handlers/table.h"'
plant app/sky/a.c '#include <pthread.h>'
plant app/sky/a.c '\t#  include "lightcone.h"'
plant app/relativity/a.c '#include <png.h>'
plant app/relativity/trace.c '#include <immintrin.h>'
plant app/relativity/a.c '#include "../sky/zones.h"'
plant app/commands/a.c '#include "gate/gate.h"'
plant app/cli.c '#include <fcgiapp.h>'
plant app/hub/a.c '#include "engine/engine.h"'
plant app/engine/a.c '#include <libwebsockets.h>'
plant app/attic/a.c '#include "base/buf.h"'
plant handlers/a.c '#include "engine/call.h"'
plant handlers/a.c '#include <json-c/json.h>'
plant handlers/a.c '#include HEADER'

tap_end
