#!/bin/sh
# Roots with the tools of several releases, to be run on one kernel: roots.sh FOLDER SUITE...
# The mirror is the one that this machine has its own packages from.
set -eu
folder=$1
shift
mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' | sed -n 's|\(.*/debian/\) main$|\1|p' | head -n 1)
mkdir -p "$folder"
for suite; do
  root=$folder/$suite
  [ -e "$root/complete" ] && continue
  rm -rf "$root"
  # shellcheck disable=SC2086
  debootstrap --variant=minbase --include=iproute2,iptables,nftables,ipset,conntrack "$suite" "$root" $mirror >"$folder/$suite.log" 2>&1 ||
    { tail -n 3 "$folder/$suite.log" >&2; exit 1; }
  touch "$root/complete"
done
# A machine that has busybox and nothing else.
root=$folder/busybox
mkdir -p "$root/bin" "$root/dev" "$root/mnt" "$root/proc" "$root/sys" "$root/run" "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
chroot "$root" /bin/busybox --install -s /bin
