#!/bin/sh
# Prints the network state of one machine: its own network namespace and every pod's, as raw outputs of the usual tools.
# Read-only. POSIX sh: dash, busybox ash and bash run it. What it can't read it says in the stream. Format: docs/collector.md.
# Everything is in functions and main is called on the last line, so that a script cut on its way does nothing.

VERSION=1
TAB='	'

usage() {
  cat <<'EOF'
Usage: skoop-collect.sh [options] > node.dump

Collects this machine: the network namespace of process 1 and every pod's.
  --node NAME             the node's name in the dump (default: the host name)
  --deadline SECONDS      stop after that time and send what there is (default 25)
  --max-bytes BYTES       most bytes of one command's output (default 67108864)
  --max-total BYTES       most bytes of all of them (default 268435456)
  --jobs N                namespaces read at the same time (default 4)
In a laboratory, instead of walking the processes:
  --host-netns PATH       the machine's own namespace: a path, or a name under /run/netns
  --pod NAMESPACE/NAME=PATH   a pod's namespace; may be repeated
  --help, --version
EOF
}

# What runs inside of one network namespace, entered once: every command writes a file named as its artifact, in the current folder,
# NAME.err for what it said, and a line "NAME STATUS" in ../N.status.
inside() {
  cat <<'INSIDE'
status() { echo "$1 $2" >>"$SKOOP_STATUS"; }

# Whole seconds that are left; fails when there are none. /proc/uptime is read without a process.
left() {
  read -r now rest </proc/uptime
  left=$((SKOOP_END - ${now%.*}))
  [ "$left" -gt 5 ] && left=5
  [ "$left" -gt 0 ]
}

# run NAME TOOL ARGUMENT...: TOOL is the variable SKOOP_TOOL_x that says how to call it.
run() {
  name=$1
  eval "tool=\$SKOOP_TOOL_$2"
  short=$2
  shift 2
  if [ -z "$tool" ]; then
    echo "$short: not found, neither here nor in the root of process 1" >"$name.err"
    : >"$name"
    code=127
  elif left; then
    # shellcheck disable=SC2086
    $SKOOP_TIMEOUT${SKOOP_TIMEOUT:+ $left} $tool "$@" >"$name" 2>"$name.err" </dev/null
    code=$?
    case $code in
      137 | 143) code=124 ;;
    esac
    [ "$code" = 124 ] && echo "ran into its limit of $left s" >>"$name.err"
    [ "$code" = 153 ] && echo "cut at the limit of $SKOOP_MAX bytes" >>"$name.err"
  else
    echo "not started: the deadline was reached" >"$name.err"
    : >"$name"
    code=124
  fi
  status "$name" "$code"
  return "$code"
}

# Nothing of the kind can exist here: the same as a command that printed nothing.
none() { : >"$1"; status "$1" 0; }
none_json() { echo '[]' >"$1"; status "$1" 0; }

read_sysctl() {
  cd /proc/sys || return
  set -- kernel/osrelease net/ipv4/ip_forward net/ipv4/fib_multipath_* net/ipv4/icmp_* net/ipv4/ip_nonlocal_bind net/ipv4/ip_default_ttl \
    net/ipv4/ip_no_pmtu_disc net/ipv4/ip_local_port_range net/ipv4/ip_local_reserved_ports net/ipv4/ip_unprivileged_port_start \
    net/ipv4/ip_forward_use_pmtu net/ipv4/ip_early_demux net/ipv4/fwmark_reflect net/ipv4/tcp_fwmark_accept \
    net/ipv4/tcp_mtu_probing net/ipv4/tcp_l3mdev_accept net/ipv4/udp_l3mdev_accept net/ipv4/raw_l3mdev_accept \
    net/ipv4/neigh/default/gc_thresh* net/ipv4/vs/* \
    net/ipv6/bindv6only net/ipv6/ip_nonlocal_bind net/ipv6/fib_multipath_* net/ipv6/fwmark_reflect net/ipv6/icmp/* \
    net/ipv6/neigh/default/gc_thresh* \
    net/bridge/* net/nf_conntrack_max net/netfilter/nf_conntrack_max net/netfilter/nf_conntrack_count \
    net/netfilter/nf_conntrack_buckets net/netfilter/nf_conntrack_acct net/netfilter/nf_conntrack_checksum \
    net/netfilter/nf_conntrack_helper net/netfilter/nf_conntrack_tcp_loose net/netfilter/nf_conntrack_tcp_be_liberal \
    net/netfilter/nf_conntrack_tcp_ignore_invalid_rst
  for key in forwarding rp_filter accept_local route_localnet proxy_arp proxy_arp_pvlan arp_ignore arp_filter arp_announce \
    arp_accept src_valid_mark ignore_routes_with_linkdown send_redirects accept_redirects secure_redirects shared_media \
    accept_source_route bc_forwarding disable_policy disable_xfrm promote_secondaries; do
    set -- "$@" net/ipv4/conf/*/$key
  done
  for key in forwarding disable_ipv6 use_tempaddr use_oif_addrs_only accept_ra accept_redirects accept_source_route proxy_ndp disable_policy \
    ignore_routes_with_linkdown rpl_seg_enabled seg6_enabled; do
    set -- "$@" net/ipv6/conf/*/$key
  done
  # One grep for all of them. What can't be read, or a pattern that matched nothing, is left out.
  printf '%s\0' "$@" | $SKOOP_TIMEOUT${SKOOP_TIMEOUT:+ $left} xargs -0 grep -Hs '' | sed 's/:/ = /'
}

read_filters() {
  result=0
  $SKOOP_TOOL_tc qdisc show >.qdisc 2>tc-filter.err </dev/null || result=$?
  while read -r word kind handle at device rest; do
    [ "$word" = qdisc ] && [ "$at" = dev ] || continue
    case $kind in
      clsact) sides='ingress egress' ;;
      ingress) sides=ingress ;;
      noqueue | noop | mq | fq | fq_codel | cake | pfifo | pfifo_fast | bfifo | sfq | netem) continue ;;
      *) sides=root ;;
    esac
    for side in $sides; do
      left || { echo "not finished: the deadline was reached" >>tc-filter.err; result=124; break 2; }
      case $side in
        root)
          # A queue with classes: its filters see what leaves.
          json=$($SKOOP_TIMEOUT${SKOOP_TIMEOUT:+ $left} $SKOOP_TOOL_tc -j filter show dev "$device" 2>>tc-filter.err </dev/null) || result=$?
          case $json in '' | '[]' | '[ ]') continue ;; esac
          side=egress
          ;;
        *) json=$($SKOOP_TIMEOUT${SKOOP_TIMEOUT:+ $left} $SKOOP_TOOL_tc -j filter show dev "$device" "$side" 2>>tc-filter.err </dev/null) || result=$? ;;
      esac
      echo "$device $side ${json:-[]}"
    done
  done <.qdisc
  rm -f .qdisc
  return "$result"
}

main() {
  # Lets the kernel cut what is too long (status 153), without a process between. bash counts in KiB unless it is in POSIX mode.
  unit=512
  [ -n "$BASH_VERSION" ] && [ "${POSIXLY_CORRECT+set}" != set ] && case $SHELLOPTS in *posix*) ;; *) unit=1024 ;; esac
  ulimit -f $((SKOOP_MAX / unit + 1)) 2>/dev/null

  # The process that led here may have ended and its id been given to another.
  set -- $(ls -Li /proc/self/ns/net 2>/dev/null)
  if [ -n "$SKOOP_INODE" ] && [ "$1" != "$SKOOP_INODE" ]; then
    echo "problem entered namespace $1 in place of $SKOOP_INODE: its process ended; nothing was read" >>meta
    return
  fi

  run ip-link ip -j -d -s link show
  run ip-addr ip -j -d addr show
  run ip-route-4 ip -4 -j -d route show table all
  run ip-rule-4 ip -4 -j -d rule
  if [ -e /proc/sys/net/ipv6 ]; then
    run ip-route-6 ip -6 -j -d route show table all
    run ip-rule-6 ip -6 -j -d rule
  else
    none_json ip-route-6
    none_json ip-rule-6
  fi
  if [ "$SKOOP_NEXTHOP" = yes ]; then run ip-nexthop ip -j -d nexthop show; else none_json ip-nexthop; fi
  run ip-neigh ip -j -s neigh show nud all
  run ip-neigh-proxy ip -j neigh show proxy

  # All kinds, where the list can't be read.
  bridge=yes vlan=yes kinds=wireguard
  if grep -q '^\[' ip-link 2>/dev/null; then
    kinds=$(grep -oE '"info_kind":"(bridge|vxlan|wireguard)"|"vlan_filtering":[a-z1-9]+' ip-link)
    case $kinds in *'"bridge"'* | *'"vxlan"'*) ;; *) bridge=no ;; esac
    case $kinds in *vlan_filtering*) ;; *) vlan=no ;; esac
  fi
  if [ $bridge = yes ]; then
    run bridge-fdb bridge -j -d fdb show
    run bridge-link bridge -j -d link
  else
    none_json bridge-fdb
    none_json bridge-link
  fi
  # Without VLAN filtering the table decides nothing, and kernels without it print a broken list.
  if [ $vlan = yes ]; then run bridge-vlan bridge -j -d vlan; else none_json bridge-vlan; fi

  run ss ss -H -O -ntu -a -e

  # The legacy tables that exist here; without a name in it the tool would print nothing (it does not create them).
  for family in 4 6; do
    v=; [ $family = 6 ] && v=6
    names=/proc/net/ip${v}_tables_names
    if [ ! -e "$names" ] || { [ -r "$names" ] && ! read -r line <"$names"; }; then
      none ip${v}tables-legacy-save
    else
      run ip${v}tables-legacy-save ip${v}tables_legacy_save -c
    fi
  done

  if run nft nft -j list ruleset && ! grep -q '"table"' nft; then
    none iptables-nft-save
    none ip6tables-nft-save
  else
    run iptables-nft-save iptables_nft_save -c
    run ip6tables-nft-save ip6tables_nft_save -c
  fi

  # Asking would load the module.
  if [ -d /sys/module ] && [ ! -d /sys/module/ip_set ]; then none ipset-save; else run ipset-save ipset save; fi

  # A file that is there once the module is: no tool is needed.
  if [ -r /proc/net/ip_vs ]; then
    cat /proc/net/ip_vs >ip-vs 2>ip-vs.err
    status ip-vs $?
  else
    none ip-vs
  fi

  # Who may send what, and whereto. Nothing that prints a secret: no `dump`, no `showconf`, no private or preshared keys.
  case $kinds in
    *wireguard*)
      : >wireguard
      for word in public-key listen-port fwmark endpoints allowed-ips; do
        run wireguard-part wg show all $word
        sed "s/^/$word /" wireguard-part >>wireguard
        cp wireguard-part.err wireguard.err
        [ "$code" = 0 ] || break
      done
      rm -f wireguard-part wireguard-part.err
      status wireguard "$code"
      ;;
    *) none wireguard ;;
  esac

  # Walks all buckets of the machine's table, so not where it holds nothing of this namespace.
  count=0
  if [ -r /proc/sys/net/netfilter/nf_conntrack_count ]; then
    read -r count </proc/sys/net/netfilter/nf_conntrack_count
  elif [ -e /proc/net/stat/nf_conntrack ]; then
    count=1
  fi
  if [ "$count" = 0 ]; then
    none conntrack
  else
    if run conntrack conntrack -L -o extended,id; then
      : >conntrack.err
      if [ -e /proc/sys/net/ipv6 ] && run conntrack-6 conntrack -L -f ipv6 -o extended,id; then
        [ -s conntrack-6 ] && cat conntrack-6 >>conntrack
      elif [ -e conntrack-6 ]; then
        status conntrack "$code"
        cat conntrack-6.err >>conntrack.err
      fi
      rm -f conntrack-6 conntrack-6.err
    fi
  fi

  left || left=1
  (read_sysctl) >sysctl 2>sysctl.err
  if [ -s sysctl ]; then status sysctl 0; else status sysctl 1; fi

  if [ -z "$SKOOP_TOOL_tc" ]; then
    run tc-filter tc
  else
    read_filters >tc-filter
    status tc-filter $?
  fi
  # Kernels without IPsec answer with an error.
  if [ -e /proc/sys/net/core/xfrm_acq_expires ]; then run ip-xfrm-policy ip -j xfrm policy; else none ip-xfrm-policy; fi
}
main
INSIDE
}

say() { echo "skoop-collect: $*" >&2; }

fail() {
  say "$*"
  say "see --help"
  exit 2
}

problem() { echo "$*" >>"$T/problems"; }

# Namespaces to read are rows of $T/namespaces: FOLDER INODE PATH KIND NAMESPACE NAME UID, "-" where there is none.
row() { echo "$1 $2 $3 $4 $5 $6 $7" >>"$T/namespaces"; }

clean() {
  trap '' HUP INT TERM PIPE USR1
  [ -n "$watchdog" ] && kill "$watchdog" 2>/dev/null
  for pid in $running; do kill "$pid" 2>/dev/null; done
  [ -n "$T" ] && rm -rf "$T"
  T=
}

is_number() {
  case $1 in
    '' | *[!0-9]* | ??????????????*) return 1 ;;
  esac
}

arguments() {
  node= deadline=25 max=67108864 total=268435456 jobs=4 host_path=
  pods=
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage; exit 0 ;;
      --version) echo "$VERSION"; exit 0 ;;
      --node=* | --deadline=* | --max-bytes=* | --max-total=* | --jobs=* | --host-netns=* | --pod=*)
        option=${1%%=*} value=${1#*=}
        shift
        ;;
      --node | --deadline | --max-bytes | --max-total | --jobs | --host-netns | --pod)
        [ $# -ge 2 ] || fail "$1 needs a value"
        option=$1 value=$2
        shift 2
        ;;
      *) fail "what is '$1'?" ;;
    esac
    case $option in
      --deadline | --max-bytes | --max-total | --jobs)
        is_number "$value" && [ "$value" -gt 0 ] || fail "$option: '$value' is not a number above 0"
        ;;
    esac
    case $option in
      --node)
        case $value in
          '' | *[!A-Za-z0-9._-]*) fail "--node: '$value' is no node's name" ;;
        esac
        node=$value
        ;;
      --deadline) deadline=$value ;;
      --max-bytes) max=$value ;;
      --max-total) total=$value ;;
      --jobs) jobs=$value ;;
      --host-netns) host_path=$(named "$value") ;;
      --pod)
        pod=${value%%=*} path=${value#*=}
        case $value in */*=?*) ;; *) fail "--pod: '$value' is not NAMESPACE/NAME=PATH" ;; esac
        case ${pod%%/*}/${pod#*/} in
          /* | */ | */*/* | *[!A-Za-z0-9./-]*) fail "--pod: '$pod' is not NAMESPACE/NAME" ;;
        esac
        pods="$pods${pod%%/*} ${pod#*/} $(named "$path")
"
        ;;
    esac
  done
  [ -z "$pods" ] || [ -n "$host_path" ] || fail "--pod needs --host-netns: the namespace of the machine that the pods are on"
  case "$host_path$pods" in *"$TAB"*) fail "a path with a tab in it" ;; esac
}

named() {
  case $1 in
    */*) echo "$1" ;;
    *) echo "/run/netns/$1" ;;
  esac
}

# tool VARIABLE NAME...: the first of the names that is here, else in the root of process 1. By its path: busybox's shell would take its own.
tool() {
  variable=SKOOP_TOOL_$1
  shift
  for candidate in "$@"; do
    IFS=:
    for folder in $PATH; do
      IFS=$blanks
      [ -f "$folder/$candidate" ] && [ -x "$folder/$candidate" ] || continue
      case $folder in *[!A-Za-z0-9/._-]*) continue ;; esac
      speaks_json "$candidate" "$folder/$candidate" || continue
      eval "$variable=\$folder/\$candidate; export $variable"
      return
    done
    IFS=$blanks
  done
  for candidate in "$@"; do on_host "$variable" "$candidate" && return; done
  eval "$variable=; export $variable"
}

# busybox has commands of these names that don't know -j: speaks_json NAME CALL...
speaks_json() {
  case $1 in
    ip | tc) ;;
    *) return 0 ;;
  esac
  shift
  case $("$@" -V 2>&1 </dev/null) in
    *iproute2*) ;;
    *) return 1 ;;
  esac
}

on_host() {
  for folder in usr/sbin sbin usr/bin bin usr/local/sbin usr/local/bin run/current-system/sw/bin; do
    # A link's target is to be looked up from that root, which only chroot does.
    if { [ -x "/proc/1/root/$folder/$2" ] || [ -h "/proc/1/root/$folder/$2" ]; } && speaks_json "$2" chroot /proc/1/root "/$folder/$2"; then
      eval "$1='chroot /proc/1/root /$folder/$2'; export $1"
      return 0
    fi
  done
  return 1
}

# The plain name is either backend's: it counts as the one that it says it is, "(legacy)" or nothing before 1.8.
plain_save() {
  for v in '' 6; do
    for backend in legacy nft; do
      tool "ip${v}tables_${backend}_save" "ip${v}tables-$backend-save"
    done
    eval "legacy=\$SKOOP_TOOL_ip${v}tables_legacy_save nft=\$SKOOP_TOOL_ip${v}tables_nft_save"
    [ -n "$legacy" ] && [ -n "$nft" ] && continue
    tool plain "ip${v}tables-save"
    [ -n "$SKOOP_TOOL_plain" ] || continue
    case $($SKOOP_TOOL_plain -V 2>/dev/null </dev/null) in
      *nf_tables*) [ -z "$nft" ] && eval "SKOOP_TOOL_ip${v}tables_nft_save=\$SKOOP_TOOL_plain" ;;
      *) [ -z "$legacy" ] && eval "SKOOP_TOOL_ip${v}tables_legacy_save=\$SKOOP_TOOL_plain" ;;
    esac
  done
}

tools() {
  blanks=$IFS
  for t in ip bridge ss tc nft ipset conntrack wg; do tool $t $t; done
  plain_save

  SKOOP_TIMEOUT=
  if timeout -k 1 1 true 2>/dev/null; then
    SKOOP_TIMEOUT='timeout -k 1'
  elif timeout 1 true 2>/dev/null; then
    SKOOP_TIMEOUT=timeout
  elif timeout -t 1 true 2>/dev/null; then
    SKOOP_TIMEOUT='timeout -t'
  else
    problem "timeout: not found; only the deadline bounds the commands"
  fi
  kernel=$(uname -r)
  major=${kernel%%.*} minor=${kernel#*.}
  minor=${minor%%[!0-9]*}
  SKOOP_NEXTHOP=yes
  # Nexthop objects exist since Linux 5.3.
  if is_number "$major" && is_number "$minor"; then
    [ "$major" -lt 5 ] || { [ "$major" = 5 ] && [ "$minor" -lt 3 ]; } && SKOOP_NEXTHOP=no
  fi
  export SKOOP_TIMEOUT SKOOP_NEXTHOP
}

# All at once: one that hangs costs a second.
versions() {
  waiting=
  for t in ip ss tc nft conntrack ipset iptables_nft_save iptables_legacy_save; do
    eval "call=\$SKOOP_TOOL_$t"
    [ -n "$call" ] || continue
    ask=-V
    [ $t = ipset ] && ask=-v
    # shellcheck disable=SC2086
    $SKOOP_TIMEOUT${SKOOP_TIMEOUT:+ 1} $call $ask >"$T/version-$t" 2>&1 </dev/null &
    waiting="$waiting $!"
  done
  # shellcheck disable=SC2086
  [ -z "$waiting" ] || wait $waiting
  for t in ip ss tc nft conntrack ipset iptables_nft_save iptables_legacy_save; do
    eval "call=\$SKOOP_TOOL_$t"
    line=
    [ -n "$call" ] && read -r line <"$T/version-$t"
    echo "tool $t ${call:--}${line:+: $line}"
  done
}

machine_meta() {
  echo "collector $VERSION"
  echo "node $node"
  echo "hostname $(uname -n)"
  echo "kernel $(uname -s) $kernel $(uname -m)"
  echo "started $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "deadline $deadline"
  versions
}

inode_of() {
  set -- $(ls -Li "$1" 2>/dev/null)
  echo "$1"
}

laboratory() {
  inode=$(inode_of "$host_path")
  if [ -n "$inode" ]; then row host "$inode" "$host_path" host - - -; else problem "host: $host_path can't be read"; fi
  printf '%s' "$pods" >"$T/pods"
  while read -r namespace name path; do
    inode=$(inode_of "$path")
    if [ -n "$inode" ]; then
      row "pods/${namespace}_$name" "$inode" "$path" pod "$namespace" "$name" -
    else
      problem "pods/${namespace}_$name: $path can't be read"
    fi
  done <"$T/pods"
}

# INODE PID UID for every network namespace of this machine, UID "-" where no process of it is in a pod's cgroup.
namespaces_of_processes() {
  (
    cd /proc || exit
    # The inode is that of the namespace, behind the link.
    ls -Li [0-9]*/ns/net 2>/dev/null | sed 's/^ *\([0-9][0-9]*\)  *\([0-9]*\)\/.*/n \1 \2/'
    # v1 and v2; cgroupfs: /kubepods/burstable/podUID/ID; systemd: kubepods-burstable-podUID.slice with _ for -.
    grep -EHso 'pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})' [0-9]*/cgroup |
      sed 's/^\([0-9]*\)\/cgroup:pod\(.*\)/c \1 \2/' | tr _ -
  ) | awk '
    $1 == "n" { inode[$3] = $2; if (!($2 in first) || $3 + 0 < first[$2] + 0) first[$2] = $3; next }
    # The last of a line: a pod within a pod is the inner one.
    $1 == "c" { uid[$2] = $3 }
    END {
      for (pid in uid) if (pid in inode) {
        i = inode[pid]
        if (!(i in pod) || pid + 0 < by[i] + 0) { pod[i] = uid[pid]; by[i] = pid }
      }
      for (i in first) print i, (i in by) ? by[i] : first[i], (i in pod) ? pod[i] : "-"
    }' | sort -n
}

# The pod of a process by what the kubelet mounts into its containers.
uid_by_mounts() {
  grep -hso 'pods/[0-9a-f-]\{32,36\}/etc-hosts /etc/hosts ' "/proc/$1/mountinfo" | head -n 1 | sed 's/^pods\/\([^/]*\).*/\1/'
}

# NAMESPACE NAME of a uid, from the folder of its logs.
name_by_logs() {
  for logs in /proc/1/root/var/log/pods/*_*_"$1" /var/log/pods/*_*_"$1"; do
    [ -d "$logs" ] || continue
    logs=${logs##*/}
    logs=${logs%_"$1"}
    case $logs in
      *[!A-Za-z0-9._-]* | *_*_*) continue ;;
    esac
    echo "${logs%%_*} ${logs#*_}"
    return
  done
  echo '- -'
}

node_walk() {
  own=$(inode_of /proc/1/ns/net)
  if [ -n "$own" ]; then
    row host "$own" /proc/1/ns/net host - - -
  else
    own=$(inode_of /proc/self/ns/net)
    row host "$own" /proc/self/ns/net host - - -
    problem "host: /proc/1/ns/net can't be read (not root?); the namespace of this process was read in its place"
  fi
  namespaces_of_processes >"$T/found"
  : >"$T/others"
  while read -r inode pid uid; do
    [ "$inode" = "$own" ] && continue
    [ "$uid" = - ] && uid=$(uid_by_mounts "$pid")
    if [ -z "$uid" ]; then
      echo "$inode /proc/$pid/ns/net" >>"$T/others"
      continue
    fi
    read -r namespace name <<EOF
$(name_by_logs "$uid")
EOF
    folder=pods/${namespace}_$name
    [ "$name" = - ] && folder=pods/$uid
    grep -q "^$folder " "$T/namespaces" && folder=netns/$inode
    row "$folder" "$inode" "/proc/$pid/ns/net" pod "$namespace" "$name" "$uid"
  done <"$T/found"
  while read -r inode path; do row "netns/$inode" "$inode" "$path" other - - -; done <"$T/others"
  # Namespaces that no process is in, by their mounts.
  grep -s ' - nsfs ' /proc/1/mountinfo | sed -n 's/^[^ ]* [^ ]* [^ ]* net:\[\([0-9]*\)\] \([^ ]*\) .*/\1 \2/p' >"$T/mounted"
  while read -r inode path; do
    grep -q " $inode " "$T/namespaces" && continue
    # A mount may lie hidden under another.
    [ "$(inode_of "/proc/1/root$path")" = "$inode" ] && row "netns/$inode" "$inode" "/proc/1/root$path" other - - -
  done <"$T/mounted"
}

# Starts reading the namespace of row $1; its process is appended to $running.
start() {
  mkdir "$T/$1"
  : >"$T/$1.status"
  {
    echo "kind $4"
    [ "$5" = - ] || echo "namespace $5"
    [ "$6" = - ] || echo "name $6"
    [ "$7" = - ] || echo "uid $7"
    echo "inode $2"
  } >"$T/$1/meta"
  enter="nsenter --net=$3"
  [ "$2" = "$here" ] && enter=
  (
    cd "$T/$1" || exit
    SKOOP_STATUS=$T/$1.status SKOOP_INODE=$2 SKOOP_END=$end SKOOP_MAX=$max
    export SKOOP_STATUS SKOOP_INODE SKOOP_END SKOOP_MAX
    # shellcheck disable=SC2086
    exec $enter sh -c "$INSIDE" </dev/null >/dev/null 2>"$T/$1.enter"
  ) &
  eval "pid_$1=\$!"
  running="$running $!"
}

# frame PATH FILE STATUS BYTES CKSUM: a header and its body are queued for one cat.
frame() {
  if [ $((sent + $4)) -gt "$total" ] && [ "$1" != problems ]; then
    problem "$1: $4 bytes left out, the limit of $total bytes for the whole dump was reached"
    return
  fi
  sent=$((sent + $4))
  frames=$((frames + 1))
  echo "@ $1 $4 $3 $5" >"$T/h/$frames"
  echo "@ $1 $4 $3 $5" >>"$T/headers"
  queue="$queue $T/h/$frames $2 $T/newline"
}

# Prints what is queued. The files' names are our own: they hold no blanks.
flush() {
  # shellcheck disable=SC2086
  [ -z "$queue" ] || cat $queue || exit 1
  queue=
}

sums() {
  if [ -n "$cksum" ]; then
    cksum "$@" 2>/dev/null
  else
    for f in "$@"; do
      [ -f "$f" ] && echo "- $(wc -c <"$f") $f"
    done
  fi
}

# Frames of the folder of row $1, under the path $2.
send() {
  if [ ! -s "$T/$1.status" ] && [ -s "$T/$1.enter" ]; then
    echo "problem could not be entered: $(head -n 1 "$T/$1.enter")" >>"$T/$1/meta"
  fi
  statuses=' '
  while read -r name code; do statuses="$statuses$name=$code "; done <"$T/$1.status"
  # What the namespace is comes first, for streams that are cut.
  (cd "$T/$1" && sums meta [!m]*) >"$T/sums"
  while read -r crc bytes name; do
    case $statuses in
      *" $name="*)
        # The last one counts.
        code=${statuses##* "$name"=}
        code=${code%% *}
        ;;
      *) case $name in meta | *.err) code=0 ;; *) code=124 ;; esac ;;
    esac
    case $name in
      *.err)
        [ "$bytes" = 0 ] && continue
        if [ "$bytes" -gt 4096 ]; then
          head -c 4096 "$T/$1/$name" >"$T/$1/.short"
          mv "$T/$1/.short" "$T/$1/$name"
          read -r crc bytes rest <<EOF
$(sums "$T/$1/$name")
EOF
        fi
        ;;
    esac
    frame "$2/$name" "$T/$1/$name" "$code" "$bytes" "$crc"
  done <"$T/sums"
  flush
  rm -rf "${T:?}/$1"
}

send_text() {
  read -r crc bytes rest <<EOF
$(sums "$2")
EOF
  frame "$1" "$2" 0 "$bytes" "$crc"
  flush
}

collect() {
  read -r now rest </proc/uptime
  end=$((${now%.*} + deadline))
  here=$(inode_of /proc/self/ns/net)
  command -v cksum >/dev/null 2>&1 && cksum=yes || cksum=
  [ -n "$node" ] || node=$(nsenter --uts=/proc/1/ns/uts uname -n 2>/dev/null) || node=$(uname -n)
  node=$(echo "$node" | tr -c 'A-Za-z0-9._\n-' _)
  # A command that nothing can end must not hold the stream: what there is then is sent.
  late=
  trap 'late=yes' USR1
  (
    trap 'kill $sleeper 2>/dev/null; exit' TERM
    sleep $((deadline + 2)) &
    sleeper=$!
    wait $sleeper && kill -s USR1 $$
  ) </dev/null >/dev/null 2>&1 &
  watchdog=$!

  [ "$(id -u)" = 0 ] || problem "not run as root: most of it can't be read"
  tools
  machine_meta >"$T/meta"
  if [ -n "$host_path" ]; then laboratory; else node_walk; fi

  echo "skoop-dump 1 node=$node"
  send_text meta "$T/meta"
  INSIDE=$(inside)
  count=0
  while read -r folder inode path kind namespace name uid; do
    count=$((count + 1))
    eval "row_$count=\"$count \$inode \$path \$kind \$namespace \$name \$uid\" folder_$count=\$folder"
  done <"$T/namespaces"

  # At most $jobs at a time, sent in their order as they get ready.
  started=0 done=0
  while [ $done -lt $count ]; do
    while [ $started -lt $count ] && [ $((started - done)) -lt "$jobs" ] && [ -z "$late" ]; do
      started=$((started + 1))
      # shellcheck disable=SC2046,SC2086
      eval "start \$row_$started"
    done
    done=$((done + 1))
    eval "folder=\$folder_$done"
    if [ $done -gt $started ]; then
      problem "$folder: not read, the deadline of $deadline s was reached"
      continue
    fi
    eval "pid=\$pid_$done"
    if [ -z "$late" ]; then wait "$pid"; fi
    [ -n "$late" ] && kill -0 "$pid" 2>/dev/null && kill "$pid" 2>/dev/null && problem "$folder: not finished, the deadline of $deadline s was reached"
    running=${running# $pid}
    send $done "$folder"
  done
  [ -s "$T/problems" ] && send_text problems "$T/problems"
  read -r crc bytes rest <<EOF
$(sums "$T/headers")
EOF
  echo "@end $frames $crc"
}

main() {
  umask 077
  unset POSIXLY_CORRECT CDPATH
  LC_ALL=C
  PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export LC_ALL PATH
  arguments "$@"
  T= watchdog= running= queue= frames=0 sent=0
  trap clean EXIT
  trap 'clean; exit 129' HUP
  trap 'clean; exit 130' INT
  trap 'clean; exit 143' TERM
  trap 'clean; exit 141' PIPE
  T=$(mktemp -d "${TMPDIR:-/tmp}/skoop-collect.XXXXXX" 2>/dev/null) || T=$(mktemp -d /dev/shm/skoop-collect.XXXXXX) || {
    say "no folder for temporary files: neither ${TMPDIR:-/tmp} nor /dev/shm can be written"
    exit 1
  }
  case $T in *' '*) say "a blank in the path of temporary files: $T"; exit 1 ;; esac
  mkdir "$T/h"
  echo >"$T/newline"
  : >"$T/namespaces"
  : >"$T/problems"
  : >"$T/headers"
  if [ -t 1 ]; then
    say "the dump is binary: send it to a file (> node.dump)"
    exit 2
  fi
  if command -v gzip >/dev/null 2>&1; then
    # Through a pipe with a name, so that this shell and not one of a pipeline gets the signals.
    mkfifo "$T/pipe" || exit 1
    gzip -3 -c <"$T/pipe" &
    packer=$!
    exec >"$T/pipe"
    collect
    exec >&-
    wait "$packer"
  else
    collect
  fi
}

main "$@"
