# Lighttpd in front of the application, with its companions, until Ctrl-C.
# Sourced by autogen.sh.

port=${LIGHTCONE_PORT:-8080}
address=${LIGHTCONE_BIND:-127.0.0.1}
mount=${LIGHTCONE_MOUNT-}
state=${LIGHTCONE_STATE:-$top/var}
[[ $state == /* ]] || state=$called_from/$state
catalogue=conf/catalogue/openngc.tsv
started=()

# How long things may take: in twentieths of a second, and after they were told
# to end.
start_patience=200
stop_patience_ms=5000
reap_patience_ms=2500

serve() {
	serve_look_first
	packages_need "${packages_build[@]}" "${packages_run[@]}"
	build
	serve_take_state
	trap serve_stop EXIT
	trap 'exit 0' HUP INT TERM
	serve_import
	serve_logs
	serve_memcached
	serve_worker
	serve_stream
	serve_lighttpd
	serve_wait_ready
	serve_invite
	wait "$lighttpd" || :
	die "Lighttpd has ended: $(serve_last_words)"
}

# What can be refused before anything is installed or built.
serve_look_first() {
	if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
		die "LIGHTCONE_PORT must be from 1 to 65535, not \"$port\""
	fi
	# A socket's path may have 107 bytes.
	((${#state} <= 90)) ||
		die "LIGHTCONE_STATE is too long for sockets in it: $state"
	probe=$address
	[[ $probe != 0.0.0.0 ]] || probe=127.0.0.1
	if (: < "/dev/tcp/$probe/$port") 2> /dev/null; then
		die "port $port of $probe is in use; choose another," \
			"for example: LIGHTCONE_PORT=8081 ./autogen.sh run"
	fi
}

# One run has the state directory; the lock goes with its process.
serve_take_state() {
	[[ -d $state ]] || (umask 077 && mkdir -p "$state") ||
		die "cannot make the state directory $state"
	exec {lock}> "$state/run.lock" || die "cannot write in $state"
	flock -n "$lock" ||
		die "another run uses $state; choose another LIGHTCONE_STATE"
}

# The catalogue that is shipped, unless it is there and newer than all of which
# it was made.  Another name that is there already is somebody's own.
serve_import() {
	local name=${LIGHTCONE_CATALOGUE:-openngc} current file source fresh

	current=$state/catalogues/$name.current
	file=$(sed -n 's/^file //p' "$current" 2> /dev/null) || :
	if [[ -n $file && -e $state/catalogues/$file ]]; then
		fresh=true
		for source in "${catalogue%/*}"/* "$top/lightcone"; do
			[[ $state/catalogues/$file -nt $source ]] || fresh=false
		done
		! $fresh && [[ $name == openngc ]] || return 0
	fi
	say "Importing $catalogue"
	LIGHTCONE_STATE=$state ./lightcone import --catalogue "$name" \
		"$catalogue" ||
		die 'could not import the catalogue'
}

# serve_start LOG COMMAND...: starts a companion in a session of its own, so
# that Ctrl-C reaches it through serve_stop only, and its children are known.
serve_start() {
	setsid setpriv --pdeathsig TERM "${@:2}" \
		> "$state/$1.log" 2>&1 < /dev/null {lock}>&- &
	started=($! "${started[@]}")
}

# A line for each request, anew with each run as the companions' logs are.
serve_logs() {
	[[ -z ${LIGHTCONE_ACCESS_LOG-} ]] || return 0
	export LIGHTCONE_ACCESS_LOG=$state/access.log
	: > "$LIGHTCONE_ACCESS_LOG"
}

serve_memcached() {
	local socket=$state/memcached.sock user=()

	[[ -z ${LIGHTCONE_CACHE-} ]] || return 0
	if ! command -v memcached > /dev/null; then
		say 'Memcached is not installed; going on without it'
		return
	fi
	((EUID != 0)) || user=(-u root)
	serve_start memcached memcached "${user[@]}" -s "$socket" -a 600
	export LIGHTCONE_CACHE=memcached://$socket
}

# Its grace is less than our patience: it gives back what it has not done.
serve_worker() {
	export LIGHTCONE_STATE=$state
	export LIGHTCONE_WORK_GRACE_MS=${LIGHTCONE_WORK_GRACE_MS:-1500}
	serve_start work ./lightcone work
}

serve_stream() {
	serve_start stream ./lightcone stream
}

serve_lighttpd() {
	local PATH=$PATH:/usr/sbin:/sbin

	export LIGHTCONE_PORT=$port LIGHTCONE_BIND=$address
	export LIGHTCONE_BIN=$top
	export LIGHTCONE_PROCS=${LIGHTCONE_PROCS:-$cores}
	serve_start lighttpd lighttpd -D -f conf/lighttpd/lightcone.conf
	lighttpd=$!
}

serve_last_words() {
	tail -n 5 "$state/lighttpd.log"
}

serve_ask_health() {
	curl -s --noproxy '*' -m 5 "$@" "http://$probe:$port${mount%/}/health"
}

serve_wait_ready() {
	local tries

	for ((tries = 0; tries < start_patience; tries++)); do
		serve_ask_health -f -o /dev/null && return
		kill -0 "$lighttpd" 2> /dev/null ||
			die "Lighttpd does not start: $(serve_last_words)"
		sleep 0.05
	done
	die "/health is not well:" \
		$'\n'"$(serve_ask_health)"$'\n'"$(serve_last_words)"
}

serve_invite() {
	local url=http://$probe:$port${mount%/}
	local stream=${url/#http/ws}/cosmic_stream

	cat <<END

Lightcone serves at $url/

Three requests to try:
  curl '$url/galaxy?coordinates=M31'
  curl '$url/galaxy?coordinates=10.68,41.27&radius_deg=0.5&limit=3'
  curl '$url/galaxy?coordinates=10.68,41.27&radius_deg=500&limit=0'

The cosmic stream (WebSocket: $stream), to follow and to write to:
  curl -N -H 'Accept: text/event-stream' '$url/cosmic_stream'
  curl -H 'Content-Type: application/json' -d '"hello"' '$url/cosmic_stream'
In a terminal here: LIGHTCONE_STATE='$state' ./lightcone tail

How it fares: $url/health and $url/metrics
Each request: tail -f '$LIGHTCONE_ACCESS_LOG'

Ctrl-C stops it.
END
}

# started_pids [STATE]: the processes of what was started, each with its
# session: the leaders and their children; without those in a state (Z: dead,
# not yet reaped).
started_pids() {
	local stat line fields

	for stat in /proc/[0-9]*/stat; do
		read -r line 2> /dev/null < "$stat" || continue
		read -ra fields <<< "${line##*) }"
		[[ " ${started[*]} " != *" ${fields[3]} "* ||
			${fields[0]} == "${1-}" ]] ||
			printf '%s %s\n' "${line%% *}" "${fields[3]}"
	done
}

milliseconds() {
	printf '%s\n' $((${EPOCHREALTIME/[.,]/} / 1000))
}

# Children whose leader has died, maybe before us, and told them nothing; given
# what started_pids prints.
started_orphans() {
	local each

	for each; do
		[[ " $* " == *" ${each#* } ${each#* } "* ]] ||
			printf '%s\n' "${each% *}"
	done
}

# Ends all that was started at once, and leaves no socket behind.
serve_stop() {
	local status=$? left begun

	trap '' HUP INT TERM
	begun=$(milliseconds)
	kill "${started[@]}" 2> /dev/null || :
	while mapfile -t left < <(started_pids Z) && ((${#left[@]} > 0)); do
		# shellcheck disable=SC2046 # words
		kill $(started_orphans "${left[@]}") 2> /dev/null || :
		(($(milliseconds) - begun < stop_patience_ms)) || break
		sleep 0.05
	done
	kill -KILL "${left[@]% *}" 2> /dev/null || :
	# The dead wait to be reaped; some containers are slow at that.
	while [[ -n $(started_pids) ]] &&
		(($(milliseconds) - begun < reap_patience_ms)); do
		sleep 0.05
	done
	find "$state" -maxdepth 1 -type s -delete
	exit "$status"
}
