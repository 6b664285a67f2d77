#!/bin/sh
# Schemathesis against the REST interface: thousands of requests made from /openapi.json, good ones and
# broken ones, alone and in sequences, at a provider that has just told the whole story of `hip demo`.
#
#   ./run fuzz-rest [ARGS]     ARGS go to `schemathesis run`, such as `--seed 7` or `--max-examples 500`
#
# Every check that Schemathesis has is on, but for one at visits, see there; unknown headers are not sent, see
# schemathesis_hooks.py. The answer is 0 when none of them found anything. Needs Python 3.10 or newer and curl; the tool is fetched once, pinned, into target/.
# A test tool: no part of the product.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
tool=$target/schemathesis
work=$(mktemp -d "${TMPDIR:-/var/tmp}/hip-fuzz.XXXXXX")
hip=

end() {
    [ -z "$hip" ] || { kill -INT "$hip" 2>/dev/null; wait "$hip" 2>/dev/null || :; }
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

if ! [ -x "$tool/bin/schemathesis" ]; then
    python3 -m venv "$tool"
    "$tool/bin/pip" install -q --disable-pip-version-check --only-binary=:all: --require-hashes \
        -r "$root/tests/tools/schemathesis.lock"
fi

# The database's own account must be able to enter.
chmod 755 "$work"
HIP_LOG=${HIP_LOG:-warn} "$target/debug/hip" --data-dir "$work/data" demo --keep >"$work/demo.log" 2>"$work/errors.log" &
hip=$!
for _ in $(seq 300); do
    url=$(sed -n 's/^still serving on \([^;]*\);.*/\1/p' "$work/demo.log")
    [ -z "$url" ] || break
    kill -0 "$hip" 2>/dev/null || { cat "$work/demo.log" "$work/errors.log" >&2; exit 3; }
    sleep 1
done
[ -n "$url" ] || { echo "the demo does not come to its end" >&2; exit 3; }

check() {
    (cd "$work" && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$root/tests/tools" \
        SCHEMATHESIS_HOOKS=schemathesis_hooks "$tool/bin/schemathesis" run --url "$url" --checks all \
        --header "Authorization: Bearer demo-api-key-Yt5bN8wQ2sK7xC4hP9vR3mJ6gLd1fZa0" --max-examples 60 --continue-on-failure \
        --suppress-health-check all --generation-database none --no-color "$@")
}

found=0
# As it is served, every check.
curl -fsS "$url/openapi.json" >"$work/openapi.json"
check openapi.json "$@" || found=1

# Visits once more, all of them of the demo's facility: another's is refused before anything else is looked
# at. Here a document that fits the schema may be refused all the same: that a day exists, an attachment
# decodes, or an end comes after its start, JSON Schema cannot say.
"$tool/bin/python" - "$work/openapi.json" >"$work/visits.json" <<'END'
import json, sys
with open(sys.argv[1]) as described:
    document = json.load(described)
visit = document["components"]["schemas"]["VisitDocument"]
visit["properties"]["facility"]["properties"]["abdmFacilityId"] = {"enum": ["IN0610099001"]}
json.dump(document, sys.stdout)
END
check visits.json --include-path-regex "^/v1/visits" --exclude-checks positive_data_acceptance "$@" || found=1

if grep -E "panicked|ERROR" "$work/errors.log" >&2; then found=1; fi
exit "$found"
