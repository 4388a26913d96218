#!/bin/bash
# Puts Kubernetes, flanneld and CoreDNS into BIN_DIR, once: build.sh BIN_DIR
# In this order: unpacked from PROGRAM.xz in the folder that $LAB_CLUSTER_PACKED names; taken from the cache
# (${XDG_CACHE_HOME:-~/.cache}/skoop-lab); built from Go modules into the cache (Go 1.26, about ten minutes, once).
# build.sh --pack DIR makes PROGRAM.xz of what is in the cache, for LAB_CLUSTER_PACKED elsewhere.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/skoop-lab
programs="kube flanneld coredns"
kubernetes=v1.34.4 flannel=v0.28.10
version="-X k8s.io/component-base/version.gitVersion=$kubernetes -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
version+=" -X k8s.io/client-go/pkg/version.gitVersion=$kubernetes"

build_kube() { cd "$here/kube" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $version" -o "$1" .; }
build_coredns() { cd "$here/dns" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$1" .; }
build_flanneld() { # without its Tencent backend, whose libraries are not to be had everywhere
  local src; src=$(mktemp -d); trap 'rm -rf "$src"' RETURN
  (cd "$src" && go mod init x >/dev/null 2>&1 && go mod download "github.com/flannel-io/flannel@$flannel")
  cp -r "$(go env GOMODCACHE)/github.com/flannel-io/flannel@$flannel" "$src/flannel"; chmod -R u+w "$src"; cd "$src/flannel"
  rm -rf pkg/backend/tencentvpc; sed -i '/backend\/tencentvpc"/d' main.go; sed -i '/tencentcloud/d' go.mod
  CGO_ENABLED=1 GOFLAGS=-mod=mod go build -trimpath -tags netgo,osusergo -ldflags "-s -w -extldflags -static" -o "$1" .
}
# The name in the cache: another version, another module or another recipe is another program.
cached() {
  local inputs=("$here/build.sh"); case $1 in kube) inputs+=("$here"/kube/*);; coredns) inputs+=("$here"/dns/*);; esac
  echo "$cache/$1-$(cat "${inputs[@]}" | sha256sum | cut -c1-16)"
}
make() { # make PROGRAM: into the cache, one at a time over all clusters of this machine
  local to; to=$(cached "$1"); mkdir -p "$cache"
  exec 9>"$cache/lock"; flock 9
  [ ! -x "$to" ] || return 0
  command -v go >/dev/null || { echo "cluster: no Go to build $1 with; install Go 1.26, or set LAB_CLUSTER_PACKED to a folder with $1.xz" >&2; exit 1; }
  echo "cluster: building $1 (once, into $cache)" >&2
  ("build_$1" "$to.part"); chmod +x "$to.part"; mv "$to.part" "$to"
  exec 9>&-
}

if [ "$1" = --pack ]; then
  mkdir -p "$2"
  for program in $programs; do make "$program"; xz -T0 -c "$(cached "$program")" >"$2/$program.xz.part"; mv "$2/$program.xz.part" "$2/$program.xz"; done
  exit
fi
bin=$1 packed=${LAB_CLUSTER_PACKED:-}; mkdir -p "$bin"
for program in $programs; do
  [ ! -x "$bin/$program" ] || continue
  if [ -n "$packed" ] && [ -f "$packed/$program.xz" ]; then xz -dc -T0 "$packed/$program.xz" >"$bin/$program.part"; chmod +x "$bin/$program.part"
  else make "$program"; ln -f "$(cached "$program")" "$bin/$program.part" 2>/dev/null || cp "$(cached "$program")" "$bin/$program.part"; fi
  mv "$bin/$program.part" "$bin/$program"
done
for component in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do ln -sf kube "$bin/$component"; done
