# The stages of the check: each runs a command, keeps its output in a log, and
# counts what passed, failed and was skipped.  Sourced by check.sh.

tally_passed=0
tally_failed=0
tally_skipped=0
tally_failures=()
tally_skips=()
tally_agains=() # what passed, or failed, when it was looked at once more

# stage NAME SECONDS COUNTER COMMAND...: the COUNTER is called with the log
# and the command's exit status.  Returns whether nothing failed.
stage() {
	local name=$1 seconds=$2 counter=$3 begun=${EPOCHREALTIME/[.,]/}
	local log=$logs/check-${1//[^a-z]/-}.log status=0 tenths
	local passed=$tally_passed failed=$tally_failed skipped=$tally_skipped
	shift 3

	printf '%-24s' "$name"
	timeout --foreground --kill-after=10 "$seconds" "$@" \
		> "$log" 2>&1 < /dev/null || status=$?
	tally_stage=$name
	"$counter" "$log" "$status"
	if ((status == 124 || status == 137)); then
		tally_fail "it took more than $seconds s"
	elif ((status != 0 && tally_failed == failed)); then
		tally_fail "exit status $status"
	fi
	tenths=$(((${EPOCHREALTIME/[.,]/} - begun) / 100000))
	printf '%6d passed %4d failed %4d skipped %5d.%d s\n' \
		$((tally_passed - passed)) $((tally_failed - failed)) \
		$((tally_skipped - skipped)) $((tenths / 10)) $((tenths % 10))
	((tally_failed > failed)) || return 0
	printf '>>>> the end of %s\n' "$log"
	tail -n 100 "$log" | grep -v '^ok ' || :
	printf '<<<<\n'
	return 1
}

tally_fail() {
	tally_failed=$((tally_failed + 1))
	tally_failures+=("$tally_stage: $1")
}

# tally_skip REASON [COUNT]
tally_skip() {
	tally_skipped=$((tally_skipped + ${2:-1}))
	tally_skips+=("$tally_stage: $1")
}

# For commands of which only a failure counts.
count_nothing() {
	:
}

# The Test Anything Protocol, also as cmocka speaks it.
count_tap() {
	local line about=${3-}

	while read -r line; do
		case $line in
		'ok '*'# SKIP'* | 'not ok '*'# SKIP'*)
			line=${line#*ok * }
			line=${line#- }
			tally_skip "$about${line/'# SKIP '/}"
			;;
		'ok '*)
			tally_passed=$((tally_passed + 1))
			;;
		'not ok '*)
			tally_fail "$about${line#not ok * - }"
			;;
		esac
	done < "$1"
}

# What "make check" left in a build directory: beside each test program its
# verdict and its log.  A program that says nothing of its own is one test.
count_programs_of() {
	local verdicts program verdict passed failed

	mapfile -t verdicts < <(find "$1/tests" -name '*.trs' | sort)
	((${#verdicts[@]} > 0)) || tally_fail 'no test program ran'
	for program in "${verdicts[@]%.trs}"; do
		verdict=$(sed -n 's/^:test-result: //p' "$program.trs")
		passed=$tally_passed
		failed=$tally_failed
		count_tap "$program.log" 0 "${program##*/}: "
		case $verdict in
		PASS)
			((tally_passed > passed)) ||
				tally_passed=$((tally_passed + 1))
			;;
		SKIP)
			tally_skip "${program##*/}"
			;;
		*)
			((tally_failed > failed)) ||
				tally_fail "${program##*/}: $verdict"
			;;
		esac
	done
}

# pytest's last line has the counts; -rfEsR has listed what is not a pass.
count_pytest() {
	local line

	while read -r line; do
		case $line in
		'FAILED '* | 'ERROR '*)
			tally_fail "${line#* }"
			;;
		'RERUN '*)
			tally_agains+=("$tally_stage: ${line#* }")
			;;
		'SKIPPED ['*)
			line=${line#SKIPPED [}
			tally_skip "${line#*] }" "${line%%]*}"
			;;
		esac
	done < <(grep -E '^(FAILED|ERROR|RERUN|SKIPPED) ' "$1")
	line=$(tail -n 1 "$1")
	[[ ! $line =~ ([0-9]+)' passed' ]] ||
		tally_passed=$((tally_passed + BASH_REMATCH[1]))
}

# tally_close: the lists and the closing line; fails when anything failed, or
# when nothing was tested.
tally_close() {
	((${#tally_skips[@]} == 0)) ||
		printf 'skipped: %s\n' "${tally_skips[@]}"
	((${#tally_agains[@]} == 0)) ||
		printf 'once more: %s\n' "${tally_agains[@]}"
	((${#tally_failures[@]} == 0)) ||
		printf 'FAILED: %s\n' "${tally_failures[@]}"
	printf '%d passed, %d failed, %d skipped\n' \
		"$tally_passed" "$tally_failed" "$tally_skipped"
	((tally_failed == 0 && tally_passed > 0))
}
