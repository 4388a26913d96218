import type { LabDescription, NamespaceDescription } from './description.ts';
import { laboratories } from './suite.ts';

const laboratory = laboratories();

/** The node's end of each pod's pair. */
const DEVICE = { p: 'cali0000000000a', s: 'cali0000000000b', q: 'cali0000000000c' } as const;
type Pod = keyof typeof DEVICE;
/** Its address. */
const ADDRESS: Readonly<Record<Pod, string>> = { p: '192.168.1.5', s: '192.168.1.6', q: '192.168.2.5' };
const DELIVERED = 'delivered q<-192.168.1.5:40000 at 192.168.2.5:9';

/**
 * Felix' rules, from its own sources: marks accept 0x10000, pass 0x20000, scratch0 0x80000. q may be reached by TCP port 80 from pods of
 * label x (p is one) and, by a policy that comes first, not from s at all; everything else is open.
 */
function rulesOf(pods: readonly Pod[]): string {
  const each = (line: (pod: Pod, device: string) => string): string => pods.map((pod) => line(pod, DEVICE[pod])).join('\n');
  return `*raw
:cali-PREROUTING - [0:0]
:cali-rpf-skip - [0:0]
-A PREROUTING -j cali-PREROUTING
-A cali-PREROUTING -j MARK --set-xmark 0x0/0x1b0000
-A cali-PREROUTING -p udp -m udp --dport 4789 -j NOTRACK
-A cali-PREROUTING -i cali+ -j MARK --set-xmark 0x80000/0x80000
-A cali-PREROUTING -m mark --mark 0x80000/0x80000 -j cali-rpf-skip
-A cali-PREROUTING -m mark --mark 0x80000/0x80000 -m rpfilter --validmark --invert -j DROP
COMMIT
*mangle
:cali-PREROUTING - [0:0]
-A PREROUTING -j cali-PREROUTING
-A cali-PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-PREROUTING -m mark --mark 0x10000/0x10000 -j ACCEPT
COMMIT
*nat
:cali-POSTROUTING - [0:0]
:cali-nat-outgoing - [0:0]
-A POSTROUTING -j cali-POSTROUTING
-A cali-POSTROUTING -j cali-nat-outgoing
-A cali-POSTROUTING -o vxlan.calico -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE
-A cali-nat-outgoing -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE
COMMIT
*filter
:FORWARD DROP [0:0]
:cali-FORWARD - [0:0]
:cali-INPUT - [0:0]
:cali-OUTPUT - [0:0]
:cali-from-wl-dispatch - [0:0]
:cali-to-wl-dispatch - [0:0]
:cali-wl-to-host - [0:0]
:cali-pi-deny-s - [0:0]
:cali-pi-allow-web - [0:0]
:cali-pri-kns.default - [0:0]
:cali-pro-kns.default - [0:0]
${each((_pod, device) => `:cali-fw-${device} - [0:0]\n:cali-tw-${device} - [0:0]`)}
-A INPUT -j cali-INPUT
-A FORWARD -j cali-FORWARD
-A FORWARD -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
-A FORWARD -j MARK --set-xmark 0x10000/0x10000
-A OUTPUT -j cali-OUTPUT
-A cali-FORWARD -j MARK --set-xmark 0x0/0x1a0000
-A cali-FORWARD -i cali+ -j cali-from-wl-dispatch
-A cali-FORWARD -o cali+ -j cali-to-wl-dispatch
-A cali-INPUT -p udp -m udp --dport 4789 -m set --match-set cali40all-vxlan-net src -m addrtype --dst-type LOCAL -j ACCEPT
-A cali-INPUT -p udp -m udp --dport 4789 -m addrtype --dst-type LOCAL -j DROP
-A cali-INPUT -i cali+ -g cali-wl-to-host
-A cali-INPUT -m mark --mark 0x10000/0x10000 -j ACCEPT
-A cali-INPUT -j MARK --set-xmark 0x0/0x1b0000
-A cali-OUTPUT -m mark --mark 0x10000/0x10000 -j ACCEPT
-A cali-OUTPUT -o cali+ -j RETURN
-A cali-wl-to-host -j cali-from-wl-dispatch
-A cali-wl-to-host -m comment --comment "Configured DefaultEndpointToHostAction" -j DROP
${each((_pod, device) => `-A cali-from-wl-dispatch -i ${device} -g cali-fw-${device}`)}
-A cali-from-wl-dispatch -m comment --comment "Unknown interface" -j DROP
${each((_pod, device) => `-A cali-to-wl-dispatch -o ${device} -g cali-tw-${device}`)}
-A cali-to-wl-dispatch -m comment --comment "Unknown interface" -j DROP
${each(
  (_pod, device) => `-A cali-fw-${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-fw-${device} -m conntrack --ctstate INVALID -j DROP
-A cali-fw-${device} -j MARK --set-xmark 0x0/0x30000
-A cali-fw-${device} -p udp -m udp --dport 4789 -m comment --comment "Drop VXLAN encapped packets originating in workloads" -j DROP
-A cali-fw-${device} -p ipencap -m comment --comment "Drop IPinIP encapped packets originating in workloads" -j DROP
-A cali-fw-${device} -j cali-pro-kns.default
-A cali-fw-${device} -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-fw-${device} -m comment --comment "Drop if no profiles matched" -j DROP`,
)}
${each(
  (pod, device) => `-A cali-tw-${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-${device} -m conntrack --ctstate INVALID -j DROP
-A cali-tw-${device} -j MARK --set-xmark 0x0/0x30000
${pod === 'q' ? TIER : ''}-A cali-tw-${device} -j cali-pri-kns.default
-A cali-tw-${device} -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-${device} -m comment --comment "Drop if no profiles matched" -j DROP`,
)}
-A cali-pi-deny-s -m set --match-set cali40s:of-s src -m mark --mark 0x0/0x30000 -j MARK --set-xmark 0x40000/0x40000
-A cali-pi-deny-s -m mark --mark 0x40000/0x40000 -j DROP
-A cali-pi-allow-web -p tcp -m set --match-set cali40s:of-x src -m multiport --dports 80 -j MARK --set-xmark 0x10000/0x10000
-A cali-pi-allow-web -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-pi-allow-web -p udp -m multiport --dports 9,10 -j MARK --set-xmark 0x20000/0x20000
-A cali-pi-allow-web -m mark --mark 0x20000/0x20000 -j RETURN
-A cali-pri-kns.default -j MARK --set-xmark 0x10000/0x10000
-A cali-pri-kns.default -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-pro-kns.default -j MARK --set-xmark 0x10000/0x10000
-A cali-pro-kns.default -m mark --mark 0x10000/0x10000 -j RETURN
COMMIT
`;
}

/** Of q, to it: one tier with two policies; what none of them passes is dropped at its end. */
const TIER = `-A cali-tw-${DEVICE.q} -m comment --comment "Start of tier default" -j MARK --set-xmark 0x0/0x20000
-A cali-tw-${DEVICE.q} -m mark --mark 0x0/0x20000 -j cali-pi-deny-s
-A cali-tw-${DEVICE.q} -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-${DEVICE.q} -m mark --mark 0x0/0x20000 -j cali-pi-allow-web
-A cali-tw-${DEVICE.q} -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-${DEVICE.q} -m mark --mark 0x0/0x20000 -m comment --comment "End of tier default. Drop if no policies passed packet" -j DROP
`;

const SETS = `create cali40masq-ipam-pools hash:net family inet
add cali40masq-ipam-pools 192.168.0.0/16
create cali40all-ipam-pools hash:net family inet
add cali40all-ipam-pools 192.168.0.0/16
create cali40all-vxlan-net hash:net family inet
add cali40all-vxlan-net 172.18.0.1
add cali40all-vxlan-net 172.18.0.2
create cali40s:of-s hash:net family inet
add cali40s:of-s 192.168.1.6
create cali40s:of-x hash:net family inet
add cali40s:of-x 192.168.1.5
`;

/** A node: its pods' devices without addresses, a route to each, its block's blackhole, the other node's block by VXLAN. */
function node(n: 1 | 2, pods: readonly Pod[], extra: Partial<NamespaceDescription> = {}): NamespaceDescription {
  const [here, there] = [String(n), String(3 - n)];
  return {
    links: [
      { kind: 'wire', name: 'eth0', wire: 'w', addresses: [`172.18.0.${here}/24`] },
      ...pods.map((pod) => ({ kind: 'veth', name: DEVICE[pod], peer: `${pod}:eth0`, mac: 'ee:ee:ee:ee:ee:ee', mtu: 1450 }) as const),
      {
        kind: 'vxlan',
        name: 'vxlan.calico',
        mac: `66:00:00:00:00:0${here}`,
        mtu: 1450,
        addresses: [`192.168.${here}.0/32`],
        options: `id 4096 local 172.18.0.${here} dev eth0 dstport 4789 nolearning`,
      },
    ],
    sysctls: {
      'ipv4.ip_forward': 1,
      ...Object.fromEntries(
        pods.flatMap((pod) => [
          [`ipv4.conf.${DEVICE[pod]}.proxy_arp`, 1],
          [`ipv4.conf.${DEVICE[pod]}.route_localnet`, 1],
        ]),
      ),
    },
    routes: [
      'default via 172.18.0.254 dev eth0',
      ...pods.map((pod) => `${ADDRESS[pod]} dev ${DEVICE[pod]} scope link`),
      `blackhole 192.168.${here}.0/26 proto 80`,
      `192.168.${there}.0/26 via 192.168.${there}.0 dev vxlan.calico onlink proto 80`,
    ],
    neighbours: [`192.168.${there}.0 lladdr 66:00:00:00:00:0${there} dev vxlan.calico nud permanent`],
    fdb: [`66:00:00:00:00:0${there} dst 172.18.0.${there} dev vxlan.calico`],
    ...extra,
  };
}

function pod(name: Pod, host: string): NamespaceDescription {
  return {
    links: [{ kind: 'veth', name: 'eth0', peer: `${host}:${DEVICE[name]}`, mtu: 1450, addresses: [`${ADDRESS[name]}/32`] }],
    routes: ['169.254.1.1 dev eth0 scope link', 'default via 169.254.1.1 dev eth0'],
    listeners: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:9'],
  };
}

/** p and s on node a, q on node b; x is the router to the outside, and the outside. */
function cluster(a: Partial<NamespaceDescription> = {}, b: Partial<NamespaceDescription> = {}): LabDescription {
  return {
    namespaces: {
      a: node(1, ['p', 's'], a),
      p: pod('p', 'a'),
      s: pod('s', 'a'),
      b: node(2, ['q'], b),
      q: pod('q', 'b'),
      x: {
        links: [
          { kind: 'wire', name: 'eth0', wire: 'w', addresses: ['172.18.0.254/24'] },
          { kind: 'loopback', name: 'lo', addresses: ['198.51.100.7/32'] },
        ],
        listeners: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:9'],
      },
    },
    machines: { m1: { host: 'a', pods: ['p', 's'] }, m2: { host: 'b', pods: ['q'] }, m3: { host: 'x' } },
  };
}

laboratory('devices and routes alone', cluster(), [
  ['from node to node', 'p udp 192.168.2.5:9', DELIVERED],
  ['a connection', 'p tcp 192.168.2.5:80', 'delivered q<-192.168.1.5:40000 at 192.168.2.5:80'],
  ['on one node', 'p udp 192.168.1.6:9', 'delivered s<-192.168.1.5:40000 at 192.168.1.6:9'],
  ['from the node to its pod', 'a tcp 192.168.1.5:80', 'delivered p<-172.18.0.1:40000 at 192.168.1.5:80'],
  ["from the node to another's pod: the tunnel's address", 'a tcp 192.168.2.5:80', 'delivered q<-192.168.1.0:40000 at 192.168.2.5:80'],
  ['to the own node', 'p tcp 172.18.0.1:80', 'rejected tcp-reset'],
  ['an address that no pod has falls into the blackhole', 'p udp 192.168.2.9:9', 'dropped'],
  ['to the outside without translation: nobody answers', 'p tcp 198.51.100.7:80', 'dropped'],
  ['too large for the tunnel', 'p udp 192.168.2.5:9 size 1451 df', 'rejected errno-EMSGSIZE'],
]);

const FELIX = { a: { iptables: rulesOf(['p', 's']), ipset: SETS }, b: { iptables: rulesOf(['q']), ipset: SETS } };

laboratory("Felix' rules in iptables", cluster(FELIX.a, FELIX.b), [
  ['what a policy allows', 'p tcp 192.168.2.5:80', 'delivered q<-192.168.1.5:40000 at 192.168.2.5:80'],
  ['what no policy of the tier allows is dropped at its end', 'p tcp 192.168.2.5:81', 'dropped'],
  ['a policy that passes leaves it to the profile', 'p udp 192.168.2.5:9', 'delivered q<-192.168.1.5:40000 at 192.168.2.5:9'],
  ['what a policy denies', 's udp 192.168.2.5:9', 'dropped'],
  ['a pod that no policy selects is open', 's udp 192.168.1.5:9', 'delivered p<-192.168.1.6:40000 at 192.168.1.5:9'],
  ['a policy is told nothing of who is refused at a port', 'q tcp 192.168.1.5:81', 'rejected tcp-reset'],
  ['the node reaches its own pod past all policies', 'b tcp 192.168.2.5:81', 'rejected tcp-reset'],
  ["another node's address is in no set of theirs", 'a tcp 192.168.2.5:80', 'dropped'],
  ['a pod to its own node: the default action is Drop', 'p tcp 172.18.0.1:80', 'dropped'],
  ['to the outside: the source is the node’s', 'p tcp 198.51.100.7:80', 'delivered x<-172.18.0.1:40000 at 198.51.100.7:80'],
  [
    'a forged source: the way back to it is not by that device',
    'p udp 192.168.2.5:9 src 192.168.1.77',
    'dropped',
    { change: { p: 'ip addr add 192.168.1.77/32 dev lo' } },
  ],
  ['VXLAN by a pod', 'p udp 192.168.2.5:4789', 'dropped'],
  [
    'a pool is not in the set of all: its pods lose their source',
    'p udp 192.168.2.5:9',
    'delivered q<-192.168.1.0:40000 at 192.168.2.5:9',
    { change: { a: 'ipset flush cali40all-ipam-pools' } },
  ],
  ['what policies let through is accepted by nobody', 'p udp 192.168.1.6:9', 'dropped', { change: { a: 'iptables-nft -D FORWARD 2' } }],
  [
    'a node is not in the set of those that may send VXLAN',
    'q udp 192.168.1.5:9',
    'dropped',
    { change: { a: 'iptables-nft -P FORWARD ACCEPT\nipset del cali40all-vxlan-net 172.18.0.2' } },
  ],
  [
    'Felix does not know the device',
    's udp 192.168.1.5:9',
    'dropped',
    { change: { a: `iptables-nft -D cali-from-wl-dispatch -i ${DEVICE.s} -g cali-fw-${DEVICE.s}` } },
  ],
]);

laboratory('a pod whose route is gone', cluster(), [
  ['from the other node: it falls into the blackhole', 'q udp 192.168.1.5:9', 'dropped', { change: { a: 'ip route del 192.168.1.5' } }],
  ['from its own node', 'a tcp 192.168.1.5:80', 'rejected errno-EINVAL'],
  ['from a pod of its node', 's tcp 192.168.1.5:80', 'dropped'],
  ['what it sends arrives, and the answer is lost', 'p udp 192.168.1.6:9', 'dropped after s<-192.168.1.5:40000 at 192.168.1.6:9'],
]);

laboratory('a pod whose route leads to a wrong device', cluster(), [
  [
    'from the other node',
    'q udp 192.168.1.5:9',
    'rejected icmp-3/1 from 192.168.1.0',
    { change: { a: `ip route replace 192.168.1.5 dev ${DEVICE.s} scope link` } },
  ],
]);

laboratory('a pod whose end on the node is down', cluster(), [
  ['from the other node', 'q udp 192.168.1.5:9', 'dropped', { change: { a: `ip link set ${DEVICE.p} down` } }],
  ['what it sends', 'p udp 192.168.2.5:9', 'rejected errno-EHOSTUNREACH'],
  ['up again: it has no route yet, Felix writes it', 'q udp 192.168.1.5:9', 'dropped', { change: { a: `ip link set ${DEVICE.p} up` } }],
]);

laboratory('nobody answers for the gateway', cluster(), [
  [
    'proxy ARP is off',
    'p udp 192.168.2.5:9',
    'rejected errno-EHOSTUNREACH',
    { change: { a: `sysctl -qw net.ipv4.conf.${DEVICE.p}.proxy_arp=0` } },
  ],
  [
    'the node has no default route',
    'p udp 192.168.2.5:9',
    'rejected errno-EHOSTUNREACH',
    { change: { a: `sysctl -qw net.ipv4.conf.${DEVICE.p}.proxy_arp=1\nip route del default` } },
  ],
  ['any route that fits will do', 'p udp 192.168.2.5:9', DELIVERED, { change: { a: 'ip route add 169.254.1.1 dev lo' } }],
  [
    'forwarding is off on its device: it answers no more for others',
    'p udp 192.168.2.5:9',
    'rejected errno-EHOSTUNREACH',
    { change: { a: `sysctl -qw net.ipv4.conf.${DEVICE.p}.forwarding=0` } },
  ],
]);

laboratory('the way to the other node', cluster(), [
  [
    'no forwarding entry',
    'p udp 192.168.2.5:9',
    'dropped',
    { change: { a: 'bridge fdb del 66:00:00:00:00:02 dst 172.18.0.2 dev vxlan.calico' } },
  ],
  [
    'no neighbour entry',
    'p udp 192.168.2.5:9',
    'rejected icmp-3/1 from 172.18.0.1',
    {
      change: {
        a: 'bridge fdb append 66:00:00:00:00:02 dst 172.18.0.2 dev vxlan.calico\nip neigh del 192.168.2.0 dev vxlan.calico',
      },
    },
  ],
  ['no route: it leaves by the default route', 'p udp 192.168.2.5:9', 'dropped', { change: { a: 'ip route del 192.168.2.0/26' } }],
  [
    'without encapsulation, as between nodes of one subnet',
    'p udp 192.168.2.5:9',
    DELIVERED,
    {
      change: {
        a: 'ip route add 192.168.2.0/26 via 172.18.0.2 dev eth0 onlink proto 80',
        b: 'ip route replace 192.168.1.0/26 via 172.18.0.1 dev eth0 onlink proto 80',
      },
    },
  ],
]);

/** The same in nftables: verdict maps lead to a pod's chains, sets belong to the table. */
function nativeOf(pods: readonly Pod[]): string {
  const elements = (way: string): string => pods.map((pod) => `"${DEVICE[pod]}" : goto filter-cali-${way}-${DEVICE[pod]}`).join(', ');
  const chains = pods.map(
    (pod) => `
  chain filter-cali-fw-${DEVICE[pod]} {
    ct state related,established accept
    ct state invalid drop
    meta mark set mark & 0xfffcffff
    jump filter-cali-pro-kns.default
    meta mark & 0x00010000 == 0x00010000 return
    counter drop comment "Drop if no profiles matched"
  }
  chain filter-cali-tw-${DEVICE[pod]} {
    ct state related,established accept
    ct state invalid drop
    meta mark set mark & 0xfffcffff
${pod === 'q' ? NATIVE_TIER : ''}    jump filter-cali-pri-kns.default
    meta mark & 0x00010000 == 0x00010000 return
    counter drop comment "Drop if no profiles matched"
  }`,
  );
  return `table ip calico {
  set cali40masq-ipam-pools { type ipv4_addr; flags interval; elements = { 192.168.0.0/16 } }
  set cali40all-ipam-pools { type ipv4_addr; flags interval; elements = { 192.168.0.0/16 } }
  set cali40all-vxlan-net { type ipv4_addr; elements = { 172.18.0.1, 172.18.0.2 } }
  set cali40s-of-s { type ipv4_addr; flags interval; elements = { 192.168.1.6 } }
  set cali40s-of-x { type ipv4_addr; flags interval; elements = { 192.168.1.5 } }
  map filter-cali-from-wl-dispatch { type ifname : verdict; elements = { ${elements('fw')} } }
  map filter-cali-to-wl-dispatch { type ifname : verdict; elements = { ${elements('tw')} } }
  chain filter-cali-pri-kns.default {
    meta mark set mark | 0x00010000
    meta mark & 0x00010000 == 0x00010000 return
  }
  chain filter-cali-pro-kns.default {
    meta mark set mark | 0x00010000
    meta mark & 0x00010000 == 0x00010000 return
  }
  chain filter-cali-pi-deny-s {
    ip saddr @cali40s-of-s counter drop
  }
  chain filter-cali-pi-allow-web {
    ip protocol tcp ip saddr @cali40s-of-x tcp dport { 80 } meta mark set mark | 0x00010000
    meta mark & 0x00010000 == 0x00010000 return
    ip protocol udp udp dport { 9-10 } meta mark set mark | 0x00020000
    meta mark & 0x00020000 == 0x00020000 return
  }
${chains.join('')}
  chain filter-cali-from-wl-dispatch {
    iifname vmap @filter-cali-from-wl-dispatch
    counter drop comment "Unknown interface"
  }
  chain filter-cali-to-wl-dispatch {
    oifname vmap @filter-cali-to-wl-dispatch
    counter drop comment "Unknown interface"
  }
  chain filter-cali-wl-to-host {
    jump filter-cali-from-wl-dispatch
    counter drop comment "Configured DefaultEndpointToHostAction"
  }
  chain filter-cali-FORWARD {
    meta mark set mark & 0xffe5ffff
    iifname "cali*" jump filter-cali-from-wl-dispatch
    oifname "cali*" jump filter-cali-to-wl-dispatch
  }
  chain filter-cali-INPUT {
    udp dport 4789 ip saddr @cali40all-vxlan-net fib daddr type local accept
    udp dport 4789 fib daddr type local drop
    iifname "cali*" goto filter-cali-wl-to-host
  }
  chain filter-FORWARD {
    type filter hook forward priority filter; policy accept;
    jump filter-cali-FORWARD
    meta mark & 0x00010000 == 0x00010000 accept comment "Policy explicitly accepted packet."
    meta mark set mark | 0x00010000
  }
  chain filter-INPUT {
    type filter hook input priority filter; policy accept;
    jump filter-cali-INPUT
  }
  chain raw-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
    meta mark set mark & 0xffe4ffff
    udp dport 4789 notrack
    iifname "cali*" meta mark set mark | 0x00080000
    meta mark & 0x00080000 == 0x00080000 fib saddr . mark . iif oif 0 drop
  }
  chain nat-POSTROUTING {
    type nat hook postrouting priority srcnat + 10; policy accept;
    ip saddr @cali40masq-ipam-pools ip daddr != @cali40all-ipam-pools masquerade
  }
}
`;
}

const NATIVE_TIER = `    meta mark set mark & 0xfffdffff comment "Start of tier default"
    meta mark & 0x00020000 == 0x00000000 jump filter-cali-pi-deny-s
    meta mark & 0x00010000 == 0x00010000 return
    meta mark & 0x00020000 == 0x00000000 jump filter-cali-pi-allow-web
    meta mark & 0x00010000 == 0x00010000 return
    meta mark & 0x00020000 == 0x00000000 drop comment "End of tier default. Drop if no policies passed packet"
`;

laboratory("Felix' rules in nftables", cluster({ nft: nativeOf(['p', 's']) }, { nft: nativeOf(['q']) }), [
  ['what a policy allows', 'p tcp 192.168.2.5:80', 'delivered q<-192.168.1.5:40000 at 192.168.2.5:80'],
  ['what no policy of the tier allows is dropped at its end', 'p tcp 192.168.2.5:81', 'dropped'],
  ['a policy that passes leaves it to the profile', 'p udp 192.168.2.5:9', DELIVERED],
  ['what a policy denies', 's udp 192.168.2.5:9', 'dropped'],
  ['the node reaches its own pod past all policies', 'b tcp 192.168.2.5:81', 'rejected tcp-reset'],
  ["another node's address is in no set of theirs", 'a tcp 192.168.2.5:80', 'dropped'],
  ['a pod to its own node: the default action is Drop', 'p tcp 172.18.0.1:80', 'dropped'],
  ['to the outside: the source is the node’s', 'p tcp 198.51.100.7:80', 'delivered x<-172.18.0.1:40000 at 198.51.100.7:80'],
  [
    'a forged source: the way back to it is not by that device',
    'p udp 192.168.2.5:9 src 192.168.1.77',
    'dropped',
    { change: { p: 'ip addr add 192.168.1.77/32 dev lo' } },
  ],
  [
    'Felix does not know the device',
    's udp 192.168.1.5:9',
    'dropped',
    { change: { a: `nft delete element ip calico filter-cali-from-wl-dispatch '{ "${DEVICE.s}" }'` } },
  ],
  [
    'a node is not in the set of those that may send VXLAN',
    'q udp 192.168.1.5:9',
    'dropped',
    { change: { a: `nft delete element ip calico cali40all-vxlan-net '{ 172.18.0.2 }'` } },
  ],
]);

// Kernels have no WireGuard and no IPIP where these tests run: its rule and its table are here, with another device in place of its own.
laboratory(
  'a rule that leads what is not marked into a table of its own, as for WireGuard',
  cluster({
    rules: ['prio 99 not from all fwmark 0x200000/0x200000 lookup 1'],
    then: [
      'ip route add 192.168.2.0/26 via 192.168.2.0 dev vxlan.calico onlink table 1',
      'ip route add throw 192.168.1.0/26 table 1',
      'ip route del 192.168.2.0/26',
    ],
  }),
  [
    ['to a block in the table', 'p udp 192.168.2.5:9', DELIVERED],
    ['a throw leads back to table main', 's udp 192.168.1.5:9', 'delivered p<-192.168.1.6:40000 at 192.168.1.5:9'],
    ['marked, as WireGuard marks its own: the table is passed over', 'a udp 192.168.2.5:9 mark 2097152', 'dropped'],
  ],
);
