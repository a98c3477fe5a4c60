# Sourced by ./up and ./test: finds Python, makes .venv, installs the locked packages when the lock changed.
find_python() {
  local p
  for p in "${MADOGUCHI_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$p" ] && command -v "$p" >/dev/null 2>&1 && "$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$p"; return; }
  done
  echo "Python 3.11 以上が必要です。 / Python 3.11 or newer is needed: sudo apt-get install python3 python3-venv" >&2
  return 1
}

not_installed() { # nothing is marked as installed: the next start goes on from here
  echo "部品を入れられませんでした(上の行が理由です)。ネットワークを確かめて、もう一度お試しください。 / The packages could not be installed (see above); check the network and try again." >&2
}

prepare_venv() { # runtime | test
  local kind=$1 python mark want
  want=$(cat requirements/runtime.lock $([ "$kind" = test ] && echo requirements/test.lock) | cksum)
  mark=.venv/.installed-$kind
  if [ -x .venv/bin/python ] && { [ "$(cat "$mark" 2>/dev/null)" = "$want" ] || { [ "$kind" = runtime ] && [ "$(cat .venv/.runtime-in-test 2>/dev/null)" = "$(cksum < requirements/runtime.lock)" ]; }; }; then return; fi
  python=$(find_python) || return
  if [ ! -x .venv/bin/python ]; then
    echo "環境を作っています… / Making the environment…"
    "$python" -m venv .venv 2>/dev/null || {
      rm -rf .venv
      echo "Python の venv がありません。次の一行を実行してから、もう一度お試しください。 / The venv module is missing; run this, then try again:" >&2
      echo "  sudo apt-get install -y python3-venv" >&2
      return 1
    }
  fi
  echo "部品を入れています(初回は1分ほど)… / Installing the locked packages…"
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(cat .tools/uv-version)" || { not_installed; return 1; }
  if [ "$kind" = test ]; then
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/runtime.lock requirements/test.lock || { not_installed; return 1; }
    cksum < requirements/runtime.lock > .venv/.runtime-in-test
  else
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/runtime.lock || { not_installed; return 1; }
    rm -f .venv/.installed-test .venv/.runtime-in-test
  fi
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(cat .tools/uv-version)" || { not_installed; return 1; }
  echo "$PWD/src" > "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/madoguchi.pth"  # lint-imports alone finds it
  cat > .venv/bin/madoguchi <<SH
#!/usr/bin/env bash
PYTHONPATH="$PWD/src" exec "$PWD/.venv/bin/python" -m madoguchi "\$@"
SH
  chmod +x .venv/bin/madoguchi
  echo "$want" > "$mark"
}
