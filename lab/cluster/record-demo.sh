#!/bin/bash
# Makes the recordings of `skoop demo` anew, on a cluster of its own: record-demo.sh [DIR], by default the CLI package's.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$here/../..
out=${1:-$root/packages/cli/recordings}
export LAB_CLUSTER=demo LAB_CLUSTER_DIR=${TMPDIR:-/tmp}/skoop-demo-cluster
cluster() { "$here/cluster" "$@"; }
record() { node "$root/packages/cli/bin/skoop.js" snapshot --collector-image docker.io/lab/net:1 --output "$out/$1"; }

trap 'cluster down >/dev/null 2>&1' EXIT
cluster up
export KUBECONFIG; KUBECONFIG=$(cluster kubeconfig)
cluster kubectl apply -f "$here/manifests/demo.yaml"
cluster kubectl rollout status --timeout=90s statefulset/web
cluster kubectl wait --for=condition=Ready --timeout=90s pod/client
record healthy.tar.gz

# A hardening script has run on the node that the client is not on.
node=$(cluster kubectl get nodes -o name | grep -v "/$(cluster kubectl get pod client -o jsonpath='{.spec.nodeName}')$")
cluster node "${node#node/}" iptables -I FORWARD 1 -p tcp --dport 8080 -m comment --comment 'hardening: no alternative http' -j DROP
record firewall.tar.gz
