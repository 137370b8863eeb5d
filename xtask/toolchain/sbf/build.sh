#!/usr/bin/env bash
# Usage: build.sh PREFIX PROGRAM_CRATE_DIR OUT.so
#
# Builds the Anchor program in PROGRAM_CRATE_DIR (crate-type ["cdylib", "lib"]) with the
# toolchain that setup.sh made under PREFIX, default features, SBPF v3.
#
# The program crate is not touched: a generated wrapper crate depends on it, re-exports
# its entrypoint and adds the compiler builtins. Dependency versions are those of the
# program's workspace: its Cargo.lock is given to the wrapper, and any package that
# still differs is reported.
#
# CARGO_TARGET_DIR (default: PREFIX/target) may be shared by several programs.
# CARGO_NET_OFFLINE, CARGO_HOME and CARGO_BUILD_JOBS work as usual.
set -euo pipefail

# shellcheck source=../paths.sh
. "$(dirname "${BASH_SOURCE[0]}")/../paths.sh"
die() { printf '%s: error: %s\n' "${0##*/}" "$*" >&2; exit 1; }

[ $# = 3 ] || die "usage: build.sh PREFIX PROGRAM_CRATE_DIR OUT.so"
[ -f "$1/complete" ] || die "no complete toolchain in $1; run setup.sh $1"
[ -f "$2/Cargo.toml" ] || die "no Cargo.toml in $2"
prefix=$(cd "$1" && pwd)
program=$(cd "$2" && pwd)
mkdir -p "$(dirname "$3")"
out=$(cd "$(dirname "$3")" && pwd)/$(basename "$3")
mkdir -p "${CARGO_TARGET_DIR:-$prefix/target}"
target_dir=$(cd "${CARGO_TARGET_DIR:-$prefix/target}" && pwd)
cargo=$prefix/bin/cargo
cd "$program" # so that the program's own .cargo/config.toml counts for the queries below

# toml_key SECTION KEY: a string value from the program's Cargo.toml.
toml_key() {
  awk -v section="[$1]" -v key="$2" '
    /^[ \t]*\[/ { gsub(/[ \t]/, ""); inside = ($0 == section); next }
    inside && $1 == key && $2 == "=" || inside && index($1, key "=") == 1 {
      if (match($0, /"[^"]*"/)) { print substr($0, RSTART + 1, RLENGTH - 2); exit }
    }' Cargo.toml
}
package=$(toml_key package name)
[ -n "$package" ] || die "no [package] name in $program/Cargo.toml"
lib=$(toml_key lib name)
lib=${lib:-${package//-/_}}

# The wrapper: its name must differ from the program's, so that the linker wrapper can
# tell the two cdylibs apart.
name=sbf_$lib
wrapper=$target_dir/sbf-wrappers/$lib
mkdir -p "$wrapper/src"
put() { # write only what changes, so that an unchanged program is not built again
  cat >"$1.new"
  if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}
put "$wrapper/Cargo.toml" <<TOML
[package]
name = "$name"
version = "0.0.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
sbf_program = { package = "$package", path = "$program" }
solana-compiler-builtins = { path = "$prefix/builtins" }

[profile.release]
opt-level = 3
lto = "fat"
codegen-units = 1
panic = "abort"
overflow-checks = true

[workspace]
TOML
put "$wrapper/src/lib.rs" <<'RS'
use solana_compiler_builtins as _;
pub use ::sbf_program::*;
RS

root=$("$cargo" locate-project --workspace --message-format plain --manifest-path "$program/Cargo.toml") ||
  die "cargo cannot read $program/Cargo.toml"
lock=$(dirname "$root")/Cargo.lock
if [ -f "$lock" ]; then cp "$lock" "$wrapper/Cargo.lock"; fi

export RUSTC_BOOTSTRAP=1 # -Z options with a release compiler
export __CARGO_TESTS_ONLY_SRC_ROOT="$prefix/std/library"
target=(--target "$prefix/sbpf-solana-std.json" -Z build-std=std,panic_abort -Z json-target-spec)
(cd "$wrapper" && "$cargo" fetch --quiet "${target[@]}") || die "the dependencies of $package cannot be fetched"

# Everything below is for the target; build scripts and macros are built for the host
# and see none of the flags.
flags=(
  -C passes=lower-atomic # one thread: atomics become plain loads and stores
  -C link-arg=--arch=v3
  -C link-arg=--llvm-args=--bpf-stack-size=4096
  -C link-arg=--llvm-args=--disable-movsx
  -C link-arg=--llvm-args=--disable-ldsx
  "--remap-path-prefix=$prefix=sbf"
  "--remap-path-prefix=$(dirname "$root")="
)
mapfile -t -O "${#flags[@]}" flags < <(registry_remaps)
unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_BUILD_RUSTFLAGS RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
# Cargo gives cdylib+lib path crates file names without a hash; a program built once as
# itself and once as another's dependency (feature "cpi") would overwrite itself.
export __CARGO_DEFAULT_LIB_METADATA=sbf
export SBPF_LINK_ONLY="$name" CARGO_TARGET_DIR="$target_dir"

cd "$wrapper"
"$cargo" rustc --quiet --lib --release "${target[@]}" ||
  die "$package did not build"

if [ -f "$lock" ]; then
  versions() { awk -F'"' '/^name = /{n=$2} /^version = /{v=$2} /^source = /{print n, v}' "$1" | sort -u; }
  drift=$(comm -13 <(versions "$lock") <(versions Cargo.lock))
  [ -z "$drift" ] || printf '%s: warning: not at the version of %s:\n%s\n' "${0##*/}" "$lock" "$drift" >&2
fi

so=$target_dir/sbpf-solana-std/release/lib$name.so
[ -s "$so" ] || die "no output at $so"
cp "$so" "$out"
printf '%s: %s bytes\n' "$out" "$(wc -c <"$out" | tr -d ' ')"
