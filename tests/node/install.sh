#!/usr/bin/env bash
# Puts the clients that package.json names into a directory, unless they are
# there already:
#
#	tests/node/install.sh build-node
#
# The versions are the last ones that run on Node.js 18, which Debian 12 has,
# and "overrides" holds back what they would draw in newer.  There is no lock
# file, which would bind everybody to one registry's addresses.
#
# DIRECTORY/installed is the package.json that was installed; DIRECTORY/failed
# says in a line why nothing was.
set -euo pipefail
wanted=$(dirname "$0")/package.json
directory=$1

fail() {
	printf '%s\n' "$1" | tee "$directory/failed" >&2
	exit 1
}

! cmp -s "$wanted" "$directory/installed" || exit 0
mkdir -p "$directory"
rm -rf "$directory"/{failed,installed,node_modules}
cp "$wanted" "$directory/package.json"

for program in node npm; do
	command -v "$program" > /dev/null || fail "$program is not installed"
done
version=$(node -p process.versions.node)
((${version%%.*} >= 18)) || fail "Node.js $version is older than 18"

# Scripts of packages are not run: none of these needs one.
status=0
timeout --kill-after=10 180 npm install --prefix "$directory" \
	--no-package-lock --ignore-scripts --no-audit --no-fund \
	--no-update-notifier --fetch-retries=1 --fetch-retry-mintimeout=2000 \
	--fetch-timeout=30000 \
	> "$directory/npm.log" 2>&1 < /dev/null || status=$?
if ((status != 0)); then
	why=$(grep -oEm 1 'npm (ERR!|error) code .*' "$directory/npm.log") ||
		why="exit status $status"
	fail "npm install failed: ${why##* }"
fi
cp "$wanted" "$directory/installed"
