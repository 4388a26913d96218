#!/bin/sh
# One machine's namespaces, with as much in them as the kernel has: scene.sh PREFIX. What the kernel lacks is told, and left out.
#   host     links, addresses, routes, policy rules, neighbours, sockets, connections, ipset, iptables-legacy with every match and target
#   pod      its other end; sets of the types that an old ipset reads on a new kernel
#   xtables  every match and target in iptables-nft
#   kube     what kube-proxy and flannel write with iptables-nft
#   words    what kindnet and firewalld write with nft, and every expression
#   vmaps    what kube-proxy writes with nft, and maps of verdicts
# A namespace each, because an old tool may crash at what it does not know, and then prints nothing.
set -u
here=$(dirname "$0")
fixtures=$here/../../../packages/netstack/src/netfilter/__fixtures__
for n in host pod xtables kube words vmaps; do ip netns add "$1$n"; done
host=$1host pod=$1pod at=$host

# The rest of the line, in the namespace $at; what fails is told.
h() { ip netns exec "$at" "$@" || echo "left out: $*" >&2; }
# Lines of the input, each a call of the command.
each() {
  while read -r line; do
    # shellcheck disable=SC2086
    case $line in '' | '#'*) ;; *) h "$@" $line ;; esac
  done
}

ip netns exec "$host" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.all.accept_dad=0 \
  net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.router_solicitations=0 net.ipv6.conf.default.addr_gen_mode=1
ip netns exec "$pod" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.addr_gen_mode=1

each ip link <<END
set lo up
add eth0 index 10 address 02:00:00:00:00:10 type veth peer name far0 index 11 address 02:00:00:00:00:11
add veth-pod index 12 address 02:00:00:00:00:12 type veth peer name eth0 index 3 address 02:00:00:00:00:13 netns $pod
add br0 index 13 address 02:00:00:00:00:14 type bridge stp_state 1 forward_delay 200 ageing_time 30000
add br1 index 14 address 02:00:00:00:00:15 type bridge vlan_filtering 1
add p1 index 15 address 02:00:00:00:00:16 type veth peer name p1x index 16 address 02:00:00:00:00:17
add p2 index 17 address 02:00:00:00:00:18 type veth peer name p2x index 18 address 02:00:00:00:00:19
add vx0 index 20 address 02:00:00:00:00:20 type vxlan id 42 local 192.0.2.1 dev eth0 dstport 8472 nolearning
add vx1 index 21 address 02:00:00:00:00:21 type vxlan id 43 remote 192.0.2.99 dstport 4789
add vx2 index 22 address 02:00:00:00:00:22 type vxlan external dstport 4790
add vx3 index 23 address 02:00:00:00:00:23 type vxlan id 44 group 239.1.1.1 dev eth0 dstport 4789 ttl 5
add mv0 index 24 address 02:00:00:00:00:24 link eth0 type macvlan mode bridge
add mv1 index 25 address 02:00:00:00:00:25 link eth0 type macvlan mode private
add dm0 index 26 address 02:00:00:00:00:26 type dummy
add eth0.7 index 27 address 02:00:00:00:00:27 link eth0 type vlan id 7
add ipv0 index 28 link eth0 type ipvlan mode l2
add bond0 index 29 address 02:00:00:00:00:29 type bond mode active-backup
add vrf0 index 30 address 02:00:00:00:00:30 type vrf table 10
add tun4 index 31 type ipip local 192.0.2.1 remote 192.0.2.9
add gre4 index 32 type gre local 192.0.2.1 remote 192.0.2.9 key 5
add sit4 index 33 type sit local 192.0.2.1 remote 192.0.2.9
add wg0 index 34 type wireguard
add gnv0 index 35 address 02:00:00:00:00:35 type geneve id 5 remote 192.0.2.9
set eth0 group 7
set eth0 alias uplink
set far0 up
set eth0 up
set veth-pod up
set p1 up master br0
set p2 up master br0
set p1x up
set p2x up mtu 1400
set br0 up
set br1 up
set vx0 up
set vx1 up
set vx2 up
set vx3 up
set mv0 up
set dm0 up
set dev p2 type bridge_slave isolated on hairpin on learning off flood off
END
h ip tuntap add dev tap0 mode tap
ip netns exec "$pod" ip link set lo up
ip netns exec "$pod" ip link set eth0 up

each ip addr <<'END'
add 192.0.2.1/24 dev eth0
add 192.0.2.2/24 dev eth0
add 192.0.2.129/32 dev eth0 label eth0:vip
add 198.51.100.1 peer 198.51.100.2 dev veth-pod
add 10.1.0.1/16 brd + dev br0
add 169.254.1.1/32 dev br0 scope link
add 2001:db8::1/64 dev eth0
add 2001:db8::2/64 dev eth0 preferred_lft 0
add fe80::10/64 dev eth0
add 2001:db8:1::1 peer 2001:db8:1::2 dev veth-pod
add fd00:1::1/64 dev br0 nodad
END
ip netns exec "$pod" ip addr add 198.51.100.2 peer 198.51.100.1 dev eth0
ip netns exec "$pod" ip addr add 2001:db8:1::2/64 dev eth0
ip netns exec "$pod" ip route add default via 198.51.100.1
ip netns exec "$pod" ip -6 route add default via 2001:db8:1::1

each ip nexthop <<'END'
add id 1 via 192.0.2.7 dev eth0
add id 2 via 192.0.2.8 dev eth0
add id 3 group 1,3/2
add id 4 blackhole
add id 5 dev eth0
add id 6 via 2001:db8::7 dev eth0
add id 7 group 1/2 type resilient buckets 8
END
each ip route <<'END'
add default via 192.0.2.254
add default via 192.0.2.253 metric 200
add 10.2.0.0/16 via 192.0.2.9 dev eth0 onlink mtu 1400 advmss 1360 proto bird
add 10.3.0.0/16 nexthop via 192.0.2.9 weight 3 nexthop via 192.0.2.10 weight 2
add 10.4.0.0/16 nhid 3
add 10.5.0.0/16 nhid 1
add 10.6.0.0/16 via inet6 fe80::1 dev eth0
add blackhole 10.7.0.0/16 metric 5
add unreachable 10.8.0.0/16
add prohibit 10.9.0.0/16
add throw 10.10.0.0/16 table 100
add 10.11.0.0/16 dev eth0 table 100 scope link src 192.0.2.2
add 10.12.0.0/16 tos 0x10 via 192.0.2.9 table 4242
add local 10.13.0.0/16 dev lo
add broadcast 10.14.0.255 dev eth0 table local
add multicast 224.5.0.0/16 dev eth0
add 10.15.0.1 via 192.0.2.9 mtu lock 1300 window 9 rto_min 5ms
add 10.16.0.0/16 via 192.0.2.9 realm 5
add 10.17.0.0/16 encap ip id 5 dst 10.1.0.44 dev eth0
add 10.18.0.0/16 nhid 4
add 10.19.0.0/16 dev p1x
END
each ip -6 route <<'END'
add default via fe80::99 dev eth0
add 2001:db8:2::/48 via 2001:db8::9 metric 77 mtu 1400
add 2001:db8:3::/48 nexthop via 2001:db8::9 weight 3 nexthop via 2001:db8::a
add 2001:db8:4::/48 nhid 6
add blackhole 2001:db8:7::/48
add unreachable 2001:db8:8::/48
add prohibit 2001:db8:9::/48
add throw 2001:db8:a::/48 table 100
add 2001:db8:b::/48 dev eth0 table 100 pref high expires 30000
add local 2001:db8:d::/64 dev lo
add anycast 2001:db8:e::1 dev eth0
add 2001:db8:f::/64 from 2001:db8::/64 dev eth0
END
each ip rule <<'END'
add from 10.1.0.0/16 to 10.2.0.0/16 lookup 100 priority 100
add not from 10.1.0.5 lookup main priority 101
add iif eth0 oif br0 lookup 100 priority 102
add iif gone lookup 100 priority 103
add fwmark 0x10/0xf0 lookup 4242 priority 104
add fwmark 7 lookup 100 priority 105
add tos 0x10 lookup 100 priority 106
add ipproto tcp sport 1-10 dport 80 lookup 100 priority 107
add ipproto 99 lookup 100 priority 108
add uidrange 5-9 lookup 100 priority 109
add goto 200 priority 110
add goto 999 priority 111
add nop priority 112
add blackhole from 10.7.0.1 priority 113
add unreachable from 10.7.0.2 priority 114
add prohibit from 10.7.0.3 priority 115
add lookup main suppress_prefixlength 0 priority 116
add lookup main suppress_ifgroup 7 priority 117
add from all lookup 100 realms 3/4 priority 118
add from all l3mdev priority 119
add from all lookup local priority 200
END
each ip -6 rule <<'END'
add from fd00:1::/64 lookup 100 priority 100
add iif lo fwmark 1 lookup 100 priority 101
add ipproto udp dport 53 lookup 100 priority 102
add prohibit to fd00:7::/64 priority 103
END
each ip neigh <<'END'
add 192.0.2.7 lladdr 02:00:00:00:07:07 dev eth0 nud permanent
add 192.0.2.8 lladdr 02:00:00:00:08:08 dev eth0 nud noarp
add proxy 192.0.2.77 dev eth0
add 2001:db8::7 lladdr 02:00:00:00:07:17 dev eth0 nud permanent
add 2001:db8::8 lladdr 02:00:00:00:07:18 dev eth0 router nud permanent
add proxy 2001:db8::77 dev eth0
END
each bridge fdb <<'END'
append 02:00:00:00:01:01 dev vx0 dst 192.0.2.20
append 02:00:00:00:01:01 dev vx0 dst 192.0.2.21 port 4444 vni 9 via eth0
append 00:00:00:00:00:00 dev vx0 dst 192.0.2.22
add 02:00:00:00:01:02 dev p1 master static
add 02:00:00:00:01:03 dev p2 master
add 02:00:00:00:01:04 dev eth0 self
END
h bridge vlan add dev p1 vid 7 pvid untagged


# They connect to each other, and end with the caller's word.
ip netns exec "$host" python3 "$here/sockets.py" >/dev/null 2>&1 &
until ip netns exec "$host" ss -Htn 2>/dev/null | grep -q ':4002'; do sleep 0.1; done

each conntrack <<'END'
-I -s 10.0.0.1 -d 10.96.0.1 -p tcp --sport 4000 --dport 443 --state ESTABLISHED --timeout 99999 --reply-src 10.244.0.5 --reply-dst 10.0.0.1 --reply-port-src 6443 --reply-port-dst 4000 --mark 7 -u ASSURED,SEEN_REPLY
-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 4001 --dport 53 --timeout 99999
-I -s 10.0.0.1 -d 10.0.0.2 -p udp --sport 4001 --dport 53 --timeout 99999 --zone 5
-I -s 10.0.0.1 -d 10.0.0.2 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 77 --timeout 99999
-I -s fd00::1 -d fd00::2 -p tcp --sport 4000 --dport 80 --state SYN_SENT --timeout 99999
-I -s 10.0.0.1 -d 10.0.0.9 -p gre --orig-key-src 1 --orig-key-dst 2 --reply-key-src 2 --reply-key-dst 1 --timeout 99999
END

each ipset <<'END'
create s-ip hash:ip
add s-ip 10.0.0.1
add s-ip 10.0.0.2
create s-ip6 hash:ip family inet6 timeout 0 comment counters
add s-ip6 fd00::1 comment one
add s-ip6 fd00::2 timeout 20000
create s-ipmac hash:ip,mac
add s-ipmac 10.0.0.1,02:00:00:00:00:01
create s-ipmark hash:ip,mark markmask 0xff
add s-ipmark 10.0.0.1,0x17
create s-ipport hash:ip,port skbinfo
add s-ipport 10.0.0.1,tcp:80 skbmark 0x10/0xff skbprio 1:2 skbqueue 3
add s-ipport 10.0.0.1,icmp:echo-request
add s-ipport 10.0.0.1,gre:0
create s-ipportip hash:ip,port,ip
add s-ipportip 10.0.0.1,udp:53,10.0.0.2
create s-ipportnet hash:ip,port,net
add s-ipportnet 10.0.0.1,sctp:9,10.0.0.0/24
create s-mac hash:mac
add s-mac 02:00:00:00:00:01
create s-net hash:net
add s-net 10.0.0.0/8
add s-net 10.1.0.0/16 nomatch
create s-netnet hash:net,net
add s-netnet 10.0.0.0/8,10.1.0.0/16
create s-netport hash:net,port
add s-netport 10.0.0.0/8,tcp:80
create s-netportnet hash:net,port,net
add s-netportnet 10.0.0.0/8,tcp:80,10.1.0.0/16
create s-netiface hash:net,iface
add s-netiface 10.0.0.0/8,eth0
add s-netiface 10.1.0.0/16,physdev:p1
add s-netiface 10.2.0.0/16,cali wildcard
create s-bip bitmap:ip range 10.0.0.0/24
add s-bip 10.0.0.7
create s-bipmac bitmap:ip,mac range 10.0.0.0/24
add s-bipmac 10.0.0.7,02:00:00:00:00:07
create s-bport bitmap:port range 0-1023
add s-bport 80
create s-list list:set size 8
add s-list s-ip
add s-list s-net
END

at=$pod
each ipset <<'END'
create o-bip bitmap:ip range 10.0.0.0/24
add o-bip 10.0.0.7
create o-bipmac bitmap:ip,mac range 10.0.0.0/24 timeout 0
add o-bipmac 10.0.0.7,02:00:00:00:00:07
create o-bport bitmap:port range 0-1023 counters comment
add o-bport 80 comment one
create o-list list:set size 8
add o-list o-bport
END

# xt NAMESPACE BACKEND: rules.txt, a rule at a time.
xt() {
  at=$1
  for v in 4 6; do
    [ $v = 4 ] && p= || p=6
    for table in raw mangle nat filter security; do
      # What is the same for both is recorded once.
      grep "^${v}6* $table " "$here/rules.txt" | cut -d ' ' -f 3- | while read -r rule; do
        printf '*%s\n:OTHER - [0:0]\n%s\nCOMMIT\n' $table "$rule" | ip netns exec "$at" "ip${p}tables-$2-restore" -n 2>/dev/null ||
          echo "left out of ip${p}tables-$2: $table $rule" >&2
      done
    done
    h "ip${p}tables-$2" -t filter -P FORWARD DROP
  done
}
xt "$host" legacy
at=$1xtables
each ipset <<'END'
create s-ip hash:ip timeout 0
create s-net hash:net
create s-ip6 hash:ip family inet6
create s-ipport hash:ip,port skbinfo
create s-netiface hash:net,iface
create s-list list:set
END
xt "$1xtables" nft

at=$1kube
# Without the counters that another tool makes.
for p in '' 6; do
  sed 's/ -m nfacct --nfacct-name  *[a-z_]*//' "$fixtures/node1-ip${p}tables-nft-save.txt" | h "ip${p}tables-nft-restore"
done

# native NAMESPACE FILE: what the kernel refuses is taken out, a line at a time, since an error spoils what follows it.
native() {
  rules=$(mktemp) said=$(mktemp)
  cp "$here/$2" "$rules"
  until ip netns exec "$1" nft -f "$rules" 2>"$said"; do
    n=$(sed -n "s|^$rules:\([0-9]*\):.*|\1|p" "$said" | sort -n | head -n 1)
    [ -n "$n" ] || { cat "$said" >&2; break; }
    echo "left out of nft: $(sed -n "${n}s/^[[:blank:]]*//p" "$rules")" >&2
    sed -i "${n}d" "$rules"
  done
  rm -f "$rules" "$said"
}
native "$1vmaps" vmaps.nft
at=$1words
h ip link add eth0 type veth peer name p1
native "$1words" words.nft
