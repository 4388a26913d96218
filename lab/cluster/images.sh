#!/bin/bash
# Builds the cluster's container images into IMAGE_DIR/images.tar, once: images.sh BIN_DIR IMAGE_DIR
set -eu
here=$(dirname "$(readlink -f "$0")"); bin=$1 images=$2 box=$2/busybox
# The Debian layer takes a minute to make and depends on nothing here: one for all clusters of this machine.
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skoop-lab net=$cache/debian-bookworm
[ ! -f "$images/images.tar" ] || exit 0
rm -rf "$box"; mkdir -p "$box"/{bin,tmp,proc,sys,dev,etc}; cp "$(command -v busybox)" "$box/bin/busybox"
for a in sh sleep nc cat ls ping ping6 httpd echo nslookup ip netstat; do ln -s busybox "$box/bin/$a"; done
mkdir -p "$images" "$cache"; exec 9>"$cache/lock"; flock 9
[ -f "$net.done" ] || {
  rm -rf "$net"
  debootstrap --variant=minbase --include=iproute2,iptables,nftables,ipset,ipvsadm,conntrack,ethtool,procps,netcat-openbsd,socat,tcpdump \
    bookworm "$net" >"$images/debootstrap.log" 2>&1 || { tail -3 "$images/debootstrap.log" >&2; exit 1; }
  rm -rf "$net"/var/cache/apt/* "$net"/usr/share/{doc,man,locale,info} "$net"/var/lib/apt/lists/*; touch "$net.done"
}
exec 9>&-
python3 "$here/image.py" "$images/images.tar" <<K
{"layers": {
   "busybox": {".": "$box"},
   "debian": {".": "$net"},
   "kube": {"usr/local/bin/kube-proxy": "$bin/kube"},
   "flannel": {"usr/local/bin/flanneld": "$bin/flanneld"},
   "coredns": {"coredns": "$bin/coredns"}},
 "images": {
   "lab/pause:1": {"layers": ["busybox"], "command": ["/bin/sleep", "1000000000"]},
   "lab/tools:1": {"layers": ["busybox"], "command": ["/bin/sleep", "1000000000"]},
   "lab/net:1": {"layers": ["debian"], "command": ["/bin/sleep", "1000000000"]},
   "lab/kube-proxy:1": {"layers": ["debian", "kube"], "command": ["kube-proxy"]},
   "lab/flannel:1": {"layers": ["debian", "flannel"], "command": ["flanneld"]},
   "lab/coredns:1": {"layers": ["busybox", "coredns"], "command": ["/coredns"]}}}
K
