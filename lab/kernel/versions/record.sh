#!/bin/sh
# One state of the kernel, as the collector tells it with the tools of several releases: record.sh FOLDER. Needs root.
# FOLDER is where the releases' roots are made, some 900 MB; the dumps become fixtures of the parsers.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
prefix=skv$$-
suites='bullseye bookworm trixie'
# shellcheck disable=SC2086
sh "$here/roots.sh" "$folder" $suites

clean() {
  for n in $(ip netns list | sed -n "s/^\($prefix[a-z]*\).*/\1/p"); do
    # shellcheck disable=SC2046
    kill $(ip netns pids "$n") 2>/dev/null || true
    ip netns del "$n"
  done
}
trap clean EXIT
trap 'exit 1' HUP INT TERM

sh "$here/scene.sh" "$prefix" 2>"$folder/left-out" >/dev/null
# The bridge's ports are forwarding by then.
sleep 6

dumps=$here/../../../packages/netstack/src/parse/__fixtures__/versions
mkdir -p "$dumps"
for suite in $suites busybox; do
  # Without tools all namespaces look alike.
  case $suite in busybox) pods=pod ;; *) pods='pod xtables kube words vmaps' ;; esac
  root=$folder/$suite
  cp "$here/../../../collector/skoop-collect.sh" "$root/tmp/collect.sh"
  # Process 1 is in that root as well: the collector looks for what it lacks there.
  unshare --mount --pid --fork sh -c '
    mount --make-rprivate /
    mount --bind "$1" "$1"
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    mount -t sysfs sysfs "$1/sys"
    mount --rbind /run/netns "$1/run"
    cd "$1"
    pivot_root . mnt
    exec chroot . /bin/sh /tmp/collect.sh --node "$2" --host-netns "/run/$3host" \
      $(for n in $4; do echo "--pod lab/$n=/run/$3$n"; done)
  ' sh "$root" "$suite" "$prefix" "$pods" | gzip -dcf >"$dumps/$suite.dump"
done
cat "$folder/left-out"
