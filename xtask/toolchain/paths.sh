# Sourced by sbf/build.sh and wasm/setup.sh.

# registry_remaps: one compiler flag per line that cuts cargo's registry folder out of the file names in panic
# messages, so that no folder of this machine is in what is built. The crates must have been fetched.
registry_remaps() {
  local dir
  for dir in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    [ ! -d "$dir" ] || printf -- '--remap-path-prefix=%s=crates\n' "$dir"
  done
}
