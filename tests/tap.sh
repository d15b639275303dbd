# How the tests that are shell scripts report: the Test Anything Protocol.

tap_count=0
tap_failed=0

# tap_result NAME FAULTS: passes when there are no faults, else shows them.
tap_result() {
	tap_count=$((tap_count + 1))
	if [[ -z $2 ]]; then
		printf 'ok %d - %s\n' "$tap_count" "$1"
		return
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	printf '# %s\n' "${2//$'\n'/$'\n# '}"
}

tap_skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

tap_end() {
	printf '1..%d\n' "$tap_count"
	((tap_failed == 0))
}

# tap_plant RULE FILE TEXT ARGUMENTS...: a rule that finds nothing wrong with
# a tree that has only this wrong file in it proves nothing.
tap_plant() {
	local rule=$1 file=$2 text=$3 found
	local tree
	shift 3

	tree=$(mktemp -d)
	mkdir -p "$tree/$(dirname "$file")"
	printf '%b' "$text" > "$tree/$file"
	found=$(cd "$tree" && "$rule" "$@")
	rm -rf "$tree"
	if [[ $found == *"$file"* ]]; then
		tap_result "$rule finds a planted $file" ''
	else
		tap_result "$rule finds a planted $file" "it found: \"$found\""
	fi
}
