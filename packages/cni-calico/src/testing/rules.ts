/** What Felix writes for one pod (Calico 3.30), rule for rule but for the hashes in the comments. */
export function iptablesRules(device: string): string {
  return `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:cali-PREROUTING - [0:0]
:cali-rpf-skip - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A cali-PREROUTING -m comment --comment "cali:a1" -j MARK --set-xmark 0x0/0x1b0000
-A cali-PREROUTING -i cali+ -m comment --comment "cali:a2" -j MARK --set-xmark 0x80000/0x80000
-A cali-PREROUTING -m comment --comment "cali:a3" -m mark --mark 0x80000/0x80000 -j cali-rpf-skip
-A cali-PREROUTING -m comment --comment "cali:a4" -m mark --mark 0x80000/0x80000 -m rpfilter --validmark --invert -j DROP
COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:cali-PREROUTING - [0:0]
-A PREROUTING -m comment --comment "cali:b1" -j cali-PREROUTING
-A cali-PREROUTING -m comment --comment "cali:b2" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:cali-PREROUTING - [0:0]
:cali-POSTROUTING - [0:0]
:cali-fip-dnat - [0:0]
:cali-fip-snat - [0:0]
:cali-nat-outgoing - [0:0]
-A PREROUTING -m comment --comment "cali:c1" -j cali-PREROUTING
-A POSTROUTING -m comment --comment "cali:c2" -j cali-POSTROUTING
-A cali-PREROUTING -m comment --comment "cali:c3" -j cali-fip-dnat
-A cali-POSTROUTING -m comment --comment "cali:c4" -j cali-fip-snat
-A cali-POSTROUTING -m comment --comment "cali:c5" -j cali-nat-outgoing
-A cali-nat-outgoing -m comment --comment "cali:c6" -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:cali-INPUT - [0:0]
:cali-FORWARD - [0:0]
:cali-OUTPUT - [0:0]
:cali-from-wl-dispatch - [0:0]
:cali-to-wl-dispatch - [0:0]
:cali-fw-${device} - [0:0]
:cali-tw-${device} - [0:0]
:cali-pri-kns.default - [0:0]
:cali-pro-kns.default - [0:0]
:cali-wl-to-host - [0:0]
-A INPUT -m comment --comment "cali:d1" -j cali-INPUT
-A FORWARD -m comment --comment "cali:d2" -j cali-FORWARD
-A FORWARD -m comment --comment "cali:d3" -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
-A FORWARD -m comment --comment "cali:d4" -j MARK --set-xmark 0x10000/0x10000
-A OUTPUT -m comment --comment "cali:d5" -j cali-OUTPUT
-A cali-FORWARD -m comment --comment "cali:e1" -j MARK --set-xmark 0x0/0xa0000
-A cali-FORWARD -i cali+ -m comment --comment "cali:e2" -j cali-from-wl-dispatch
-A cali-FORWARD -o cali+ -m comment --comment "cali:e3" -j cali-to-wl-dispatch
-A cali-INPUT -i cali+ -m comment --comment "cali:f1" -g cali-wl-to-host
-A cali-OUTPUT -o cali+ -m comment --comment "cali:g1" -j RETURN
-A cali-from-wl-dispatch -i ${device} -m comment --comment "cali:h1" -g cali-fw-${device}
-A cali-from-wl-dispatch -m comment --comment "cali:h2" -m comment --comment "Unknown interface" -j DROP
-A cali-to-wl-dispatch -o ${device} -m comment --comment "cali:i1" -g cali-tw-${device}
-A cali-to-wl-dispatch -m comment --comment "cali:i2" -m comment --comment "Unknown interface" -j DROP
-A cali-fw-${device} -m comment --comment "cali:j1" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-fw-${device} -m comment --comment "cali:j2" -m conntrack --ctstate INVALID -j DROP
-A cali-fw-${device} -m comment --comment "cali:j3" -j MARK --set-xmark 0x0/0x30000
-A cali-fw-${device} -m comment --comment "cali:j4" -j cali-pro-kns.default
-A cali-fw-${device} -m comment --comment "cali:j5" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-fw-${device} -m comment --comment "cali:j6" -m comment --comment "Drop if no profiles matched" -j DROP
-A cali-tw-${device} -m comment --comment "cali:k1" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-${device} -m comment --comment "cali:k2" -m conntrack --ctstate INVALID -j DROP
-A cali-tw-${device} -m comment --comment "cali:k3" -j MARK --set-xmark 0x0/0x30000
-A cali-tw-${device} -m comment --comment "cali:k4" -j cali-pri-kns.default
-A cali-tw-${device} -m comment --comment "cali:k5" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-${device} -m comment --comment "cali:k6" -m comment --comment "Drop if no profiles matched" -j DROP
-A cali-pri-kns.default -m comment --comment "cali:l1" -m comment --comment "Profile kns.default ingress" -j MARK --set-xmark 0x10000/0x10000
-A cali-pri-kns.default -m comment --comment "cali:l2" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-pro-kns.default -m comment --comment "cali:m1" -m comment --comment "Profile kns.default egress" -j MARK --set-xmark 0x10000/0x10000
-A cali-pro-kns.default -m comment --comment "cali:m2" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-wl-to-host -m comment --comment "cali:n1" -j cali-from-wl-dispatch
-A cali-wl-to-host -m comment --comment "cali:n2" -m comment --comment "Configured DefaultEndpointToHostAction" -j ACCEPT
COMMIT
`;
}

/** The sets that its rules look into; those for IPv6 are for a cluster of both families. */
export const IPSETS = `create cali40masq-ipam-pools hash:net family inet hashsize 1024 maxelem 1048576
add cali40masq-ipam-pools 192.168.0.0/16
create cali40all-ipam-pools hash:net family inet hashsize 1024 maxelem 1048576
add cali40all-ipam-pools 192.168.0.0/16
create cali40all-hosts-net hash:net family inet hashsize 1024 maxelem 1048576
add cali40all-hosts-net 172.18.0.11
add cali40all-hosts-net 172.18.0.12
add cali40all-hosts-net 172.18.1.13
create cali40all-vxlan-net hash:net family inet hashsize 1024 maxelem 1048576
add cali40all-vxlan-net 172.18.0.11
add cali40all-vxlan-net 172.18.0.12
add cali40all-vxlan-net 172.18.1.13
create cali60masq-ipam-pools hash:net family inet6 hashsize 1024 maxelem 1048576
create cali60all-ipam-pools hash:net family inet6 hashsize 1024 maxelem 1048576
add cali60all-ipam-pools fd00:10::/48
create cali60all-hosts-net hash:net family inet6 hashsize 1024 maxelem 1048576
create cali60all-vxlan-net hash:net family inet6 hashsize 1024 maxelem 1048576
add cali60all-vxlan-net fd00:18::11
add cali60all-vxlan-net fd00:18::12
add cali60all-vxlan-net fd00:18::13
`;

/** Felix in nftables mode: the chains that the checks look for, as `nft -j list ruleset` shows them. */
export function nativeRules(device: string): string {
  const table = { family: 'ip', table: 'calico' };
  const base = (name: string, type: string, hook: string, prio: number) => ({
    chain: { ...table, name, type, hook, prio, policy: 'accept' },
  });
  const chain = (name: string) => ({ chain: { ...table, name } });
  const accept = (name: string) => ({ rule: { ...table, chain: name, expr: [{ accept: null }] } });
  return JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      { table: { family: 'ip', name: 'calico' } },
      base('filter-FORWARD', 'filter', 'forward', 0),
      base('nat-POSTROUTING', 'nat', 'postrouting', 110),
      ...[
        'filter-cali-FORWARD',
        'filter-cali-to-wl-dispatch',
        `filter-cali-tw-${device}`,
        `filter-cali-fw-${device}`,
        'nat-cali-nat-outgoing',
      ].map(chain),
      accept(`filter-cali-tw-${device}`),
      accept(`filter-cali-fw-${device}`),
      { rule: { ...table, chain: 'nat-cali-nat-outgoing', expr: [{ masquerade: null }] } },
    ],
  });
}
