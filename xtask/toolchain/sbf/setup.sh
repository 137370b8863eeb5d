#!/usr/bin/env bash
# Usage: setup.sh [PREFIX]      (default: ${XDG_CACHE_HOME:-$HOME/.cache}/novate/sbf)
#
# Builds a toolchain that turns Anchor programs into SBPF v3 .so files, from Debian
# packages and crates only. For machines that cannot install Solana's own tools; where
# those can be installed, `cargo build-sbf` is used instead. See ../README.md.
#
# Result: PREFIX/bin/cargo, PREFIX/bin/sbpf-linker, PREFIX/std, PREFIX/builtins,
# PREFIX/complete (stamp: the versions used). Complete already: returns at once.
# Interrupted: run it again, finished steps are kept.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/novate/sbf}
mkdir -p "$prefix"
prefix=$(cd "$prefix" && pwd)
# shellcheck source=../debian.sh
. "$here/../debian.sh"

readonly rust_wanted=1.96.0 # what std-solana.patch was made for
readonly llvm=23            # sbpf-linker 0.2.6's newest LLVM; Debian has it in sid
readonly linker_version=0.2.6
readonly builtins_version=0.3.0

fresh_if_changed "$here/setup.sh" "$here/../debian.sh" "$here"/*.patch "$here"/*.json
if [ -f "$prefix/complete" ]; then
  say "complete: $prefix"
  exit 0
fi

need_debian_amd64
need cc gcc
need patch patch
need tar tar
need sha256sum coreutils

# 1. Rust, and the sources of its std.
if [ ! -d "$prefix/rust" ] || [ ! -d "$prefix/std" ]; then
  rm -rf "$prefix"/{rust,std}{,.part} "$prefix/debs"
  say "1/5 Rust and std sources from Debian"
  apt_open machine
  rust_debs "$prefix/rust.part"
  [ "$rust_version" = "$rust_wanted" ] ||
    say "warning: Debian now has Rust $rust_version; std-solana.patch was made for $rust_wanted"
  rust_std_source "$prefix/std.part"
  patch -d "$prefix/std.part" -p1 -s <"$here/std-solana.patch" ||
    die "std-solana.patch does not apply to Rust $rust_version (made for $rust_wanted); see 'Refreshing' in README.md"
  printf '%s\n' "$rust_version" >"$prefix/rust.part/version"
  mv "$prefix/std.part" "$prefix/std"
  mv "$prefix/rust.part" "$prefix/rust"
fi
mkdir -p "$prefix/bin"
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

# 2. LLVM's shared library with everything it needs (libc included), from Debian sid.
if [ ! -d "$prefix/llvm" ]; then
  rm -rf "$prefix"/llvm.part
  say "2/5 LLVM $llvm from Debian sid"
  apt_open machine
  line=$(debian_source_line sid)
  apt_open sid "$line"
  version=$(apt_candidate "libllvm$llvm" "Debian sid (has sid moved on? see 'Refreshing' in README.md)")
  apt-get -c "$apt_conf" -q -y --no-install-recommends --download-only install "libllvm$llvm" \
    >"$prefix/apt/sid/install.log" 2>&1 || {
    grep '^E:' "$prefix/apt/sid/install.log" >&2 || true
    die "cannot download the Debian package 'libllvm$llvm' with what it depends on"
  }
  deb_unpack "$prefix/llvm.part" "$prefix"/apt/sid/cache/archives/*.deb
  lib=$(cd "$prefix/llvm.part" && ls usr/lib/x86_64-linux-gnu/libLLVM.so."$llvm".*)
  mkdir "$prefix/llvm.part/lib" # the LLVM_PREFIX/lib that the linker's build looks into
  ln -s "../$lib" "$prefix/llvm.part/lib/libLLVM.so"
  printf '%s\n' "$version" >"$prefix/llvm.part/version"
  mv "$prefix/llvm.part" "$prefix/llvm"
fi

# 3. The linker. It is linked against sid's libLLVM, whose libc is newer than the
# machine's: unresolved symbols are allowed here and bin/sbpf-linker runs it with sid's
# own dynamic loader.
if [ ! -x "$prefix/linker/bin/sbpf-linker" ]; then
  say "3/5 sbpf-linker $linker_version (a few minutes)"
  (
    unset CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET CARGO_BUILD_RUSTFLAGS
    export LLVM_PREFIX="$prefix/llvm" LLVM_SYS_231_PREFIX="$prefix/llvm"
    export RUSTFLAGS="-C link-arg=-Wl,--allow-shlib-undefined" CARGO_TARGET_DIR="$prefix/build"
    cd "$prefix"
    bin/cargo install sbpf-linker --version "=$linker_version" --locked --quiet --force \
      --no-default-features --features "bpf-linker/llvm-$llvm" --no-track --root "$prefix/linker"
  ) || die "sbpf-linker $linker_version did not build"
fi
cat >"$prefix/bin/sbpf-linker" <<'SH'
#!/bin/sh
# sbpf-linker with Debian sid's loader and libraries. With SBPF_LINK_ONLY=NAME only
# libNAME.so is linked: a program that is a dependency of another one also asks for its
# own cdylib, which nobody needs (it gets an empty file).
p=$(dirname "$(dirname "$(readlink -f "$0")")")
unset LD_LIBRARY_PATH
if [ -n "${SBPF_LINK_ONLY-}" ]; then
  prev='' out=''
  for a in "$@"; do
    [ "$prev" != -o ] || out=$a
    prev=$a
  done
  case ${out##*/} in
    "lib$SBPF_LINK_ONLY.so" | "lib$SBPF_LINK_ONLY"-*.so) ;;
    *) : >"$out"; exit 0 ;;
  esac
fi
l="$p/llvm/usr/lib/x86_64-linux-gnu"
exec "$l/ld-linux-x86-64.so.2" --library-path "$l" --argv0 sbpf-linker "$p/linker/bin/sbpf-linker" "$@"
SH
chmod +x "$prefix/bin/sbpf-linker"
"$prefix/bin/sbpf-linker" --version >/dev/null || die "sbpf-linker was built but does not run"

# 4. 128-bit arithmetic and memory functions for the target.
if [ ! -d "$prefix/builtins" ]; then
  say "4/5 solana-compiler-builtins $builtins_version"
  rm -rf "$prefix/build" "$prefix/builtins.part"
  mkdir -p "$prefix/build/src"
  : >"$prefix/build/src/lib.rs"
  cat >"$prefix/build/Cargo.toml" <<TOML
[package]
name = "fetch"
version = "0.0.0"
edition = "2021"
[dependencies]
solana-compiler-builtins = "=$builtins_version"
[workspace]
TOML
  (cd "$prefix/build" && ../bin/cargo vendor --quiet vendor >/dev/null) ||
    die "cannot fetch the crate solana-compiler-builtins $builtins_version"
  mv "$prefix/build/vendor/solana-compiler-builtins" "$prefix/builtins.part"
  rm -f "$prefix/builtins.part"/{.cargo-checksum.json,.cargo_vcs_info.json,Cargo.toml.orig}
  patch -d "$prefix/builtins.part" -p1 -s <"$here/solana-compiler-builtins.patch" ||
    die "solana-compiler-builtins.patch does not apply to $builtins_version"
  mv "$prefix/builtins.part" "$prefix/builtins"
fi

# 5. The target description; then clean up and stamp.
say "5/5 done"
cp "$here/sbpf-solana-std.json" "$prefix/"
rm -rf "$prefix/build" "$prefix/debs" "$prefix/apt"
cat >"$prefix/complete" <<STAMP
rust $(cat "$prefix/rust/version") (Debian)
llvm $(cat "$prefix/llvm/version") (Debian sid)
sbpf-linker $linker_version
solana-compiler-builtins $builtins_version
STAMP
cat "$prefix/complete"
