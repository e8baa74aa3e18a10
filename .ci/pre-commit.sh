#!/usr/bin/env bash
# Commits to a scratch repository through the real pre-commit: a bad manifest must stop the commit, all else must pass.
# Usage: .ci/pre-commit.sh PORTCULLIS PRE-COMMIT
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
bin=$(cd "$(dirname "$1")" && pwd)
runner=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Nothing of the machine's own git or pre-commit comes in, and nothing of ours stays.
export PATH="$bin:$PATH" PRE_COMMIT_HOME="$scratch/home" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=gate GIT_AUTHOR_EMAIL=gate@example.com GIT_COMMITTER_NAME=gate GIT_COMMITTER_EMAIL=gate@example.com
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

# The hooks come from the work tree, so that a change of them is tried before it is committed.
git init -q "$scratch/hooks"
cp "$root/.pre-commit-hooks.yaml" "$scratch/hooks/"
git -C "$scratch/hooks" add -A
git -C "$scratch/hooks" commit -q -m hooks

git init -q "$scratch/shop"
cd "$scratch/shop"
printf 'repos:\n- repo: %s\n  rev: %s\n  hooks: [{id: portcullis-system}]\n' \
    "$scratch/hooks" "$(git -C "$scratch/hooks" rev-parse HEAD)" >.pre-commit-config.yaml
"$runner" install >/dev/null

fail() {
    printf 'pre-commit: %s\n' "$1" >&2
    cat "$scratch/log" >&2
    exit 1
}

# Commits what is in the work tree; `passes` and `stops` say what must come of it.
commit() {
    git add -A
    git commit -q -m "$1" >"$scratch/log" 2>&1
}
passes() {
    commit "$1" || fail "$1: the commit was stopped"
    grep -q '^portcullis\.*Passed$' "$scratch/log" || fail "$1: the hook didn't run"
}
stops() {
    if commit "$1"; then fail "$1: the commit went through"; fi
    grep -qF "$2" "$scratch/log" || fail "$1: the report doesn't say \`$2\`"
}

cp "$root/testdata/shop-clean/deploy/web.yaml" web.yaml
passes 'a clean manifest and a config that is no manifest'

printf 'site_name: shop\nnav: [index.md]\n' >mkdocs.yml
passes 'YAML that is not for Kubernetes'

cp "$root/testdata/shop/deploy/worker.yaml" worker.yaml
printf 'site_name: the shop\nnav: [index.md]\n' >mkdocs.yml
stops 'a privileged container' least-privilege/privileged-container
grep -q 'worker.yaml:22' "$scratch/log" || fail 'a privileged container: the line is not in the report'

cp "$root/testdata/shop-clean/deploy/worker.yaml" worker.yaml
passes 'the container mended'

printf 'pre-commit: 3 commits passed, 1 was stopped\n'
