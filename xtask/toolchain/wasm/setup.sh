#!/usr/bin/env bash
# Usage: setup.sh [PREFIX]      (default: ${XDG_CACHE_HOME:-$HOME/.cache}/novate/wasm)
#
# Result: PREFIX/bin/cargo, able to build --target wasm32-unknown-unknown, and
# PREFIX/complete (stamp). Complete already: returns at once.
#
# 1. If the machine's own Rust has the target, PREFIX/bin/cargo just runs it.
# 2. Otherwise Rust from Debian packages, unpacked under PREFIX (nothing is installed),
#    and the target's std built from Debian's std sources.
#
# Where rustup works, `rustup target add wasm32-unknown-unknown` makes case 1 true. See ../README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/novate/wasm}
mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
# shellcheck source=../debian.sh
. "$here/../debian.sh"
# shellcheck source=../paths.sh
. "$here/../paths.sh"

readonly target=wasm32-unknown-unknown

fresh_if_changed "$here/setup.sh" "$here/../debian.sh" "$here/../paths.sh"
if [ -f "$prefix/complete" ]; then
  say "complete: $prefix"
  exit 0
fi
mkdir -p "$prefix/bin"

# has_target RUSTC: does its sysroot hold a core library for the target?
has_target() {
  local dir
  dir=$("$1" --print target-libdir --target "$target" 2>/dev/null) &&
    compgen -G "$dir/libcore-*.rlib" >/dev/null
}

if command -v cargo >/dev/null 2>&1 && command -v rustc >/dev/null 2>&1 && has_target rustc; then
  own=$(command -v cargo)
  printf '#!/bin/sh\n# The machine has the target %s itself.\nexec "%s" "$@"\n' "$target" "$own" >"$prefix/bin/cargo"
  chmod +x "$prefix/bin/cargo"
  printf '%s (the machine has the target %s)\n' "$(rustc --version)" "$target" >"$prefix/complete"
  cat "$prefix/complete"
  exit 0
fi

need_debian_amd64
need cc gcc
need tar tar
need sha256sum coreutils

if [ ! -d "$prefix/rust" ] || [ ! -d "$prefix/std" ]; then
  rm -rf "$prefix"/{rust,std}{,.part} "$prefix/debs"
  say "1/2 Rust, lld and std sources from Debian"
  apt_open machine
  apt_candidate rustc-web "this machine's apt sources (Debian 12 has it in its security archive)" >/dev/null
  # wasm-ld must be the one that rustc's LLVM belongs to
  libllvm=$(apt_depends "libstd-rust-web-$(apt_candidate rustc-web apt | cut -d. -f1,2)" |
    awk '/^libllvm[0-9]+$/ && !n++')
  [ -n "$libllvm" ] || die "cannot tell which LLVM Debian's rustc-web uses"
  rust_debs "$prefix/rust.part" rust-web-llvm "lld-${libllvm#libllvm}"
  rust_std_source "$prefix/std.part"
  printf '%s\n' "$rust_version" >"$prefix/rust.part/version"
  mv "$prefix/std.part" "$prefix/std"
  mv "$prefix/rust.part" "$prefix/rust"
fi
cat >"$prefix/bin/cargo" <<'SH'
#!/bin/sh
# The private cargo and rustc.
p=$(dirname "$(dirname "$(readlink -f "$0")")")
export LD_LIBRARY_PATH="$p/rust/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export RUSTC="$p/rust/usr/bin/rustc" RUSTDOC="$p/rust/usr/bin/rustdoc" PATH="$p/bin:$p/rust/usr/bin:$PATH"
exec "$p/rust/usr/bin/cargo" "$@"
SH
chmod +x "$prefix/bin/cargo"
"$prefix/bin/cargo" --version >/dev/null || die "the unpacked cargo does not run; a library is missing (see the line above)"

say "2/2 std for $target"
rm -rf "$prefix/build"
mkdir -p "$prefix/build/src"
: >"$prefix/build/src/lib.rs"
cat >"$prefix/build/Cargo.toml" <<'TOML'
[package]
name = "std-seed"
version = "0.0.0"
edition = "2021"
[profile.release]
panic = "abort"
opt-level = 3
codegen-units = 1
[workspace]
TOML
(
  cd "$prefix/build"
  unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_BUILD_RUSTFLAGS CARGO_TARGET_DIR RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
  export RUSTC_BOOTSTRAP=1 __CARGO_TESTS_ONLY_SRC_ROOT="$prefix/std/library"
  std=(--target "$target" -Z build-std=std,panic_abort,proc_macro,test)
  ../bin/cargo fetch --quiet "${std[@]}"
  mapfile -t remaps < <(registry_remaps)
  flags=(-C embed-bitcode=yes -Z force-unstable-if-unmarked "${remaps[@]}" "--remap-path-prefix=$prefix/std=rust")
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}")
  export CARGO_ENCODED_RUSTFLAGS
  ../bin/cargo build --quiet --release "${std[@]}"
) || die "std for $target did not build"
lib=$prefix/rust/usr/lib/rustlib/$target/lib
rm -rf "$lib"
mkdir -p "$lib"
cp "$prefix/build/target/$target"/release/deps/*.rlib "$lib/"
rm -f "$lib"/libstd_seed-*.rlib

rm -rf "$prefix/build" "$prefix/debs" "$prefix/apt"
printf 'rust %s (Debian), std for %s built from its sources\n' "$(cat "$prefix/rust/version")" "$target" >"$prefix/complete"
cat "$prefix/complete"
