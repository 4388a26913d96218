import type { LabDescription, NamespaceDescription } from './description.ts';
import { laboratories } from './suite.ts';

const laboratory = laboratories();
const DELIVERED = 'delivered q<-10.244.1.2:40000 at 10.244.2.2:9';

/** Two machines on a wire, a pod behind each (p 10.244.1.2, q 10.244.2.2), joined by VXLAN as flannel does it. */
function machine(n: number, other: number, pod: string, extra: Partial<NamespaceDescription>): NamespaceDescription {
  const [here, there] = [String(n), String(other)];
  return {
    links: [
      { kind: 'wire', name: 'e0', wire: 'w', addresses: [`192.168.7.${here}/24`] },
      { kind: 'veth', name: 'cni', peer: `${pod}:eth0`, addresses: [`10.244.${here}.1/24`] },
      {
        kind: 'vxlan',
        name: 'vx',
        mac: `02:00:00:00:07:0${here}`,
        mtu: 1450,
        addresses: [`10.244.${here}.0/32`],
        options: `id 1 local 192.168.7.${here} dev e0 dstport 8472 nolearning`,
      },
    ],
    sysctls: { 'ipv4.ip_forward': 1 },
    routes: [`10.244.${there}.0/24 via 10.244.${there}.0 dev vx onlink`],
    neighbours: [`10.244.${there}.0 lladdr 02:00:00:00:07:0${there} dev vx nud permanent`],
    fdb: [`02:00:00:00:07:0${there} dst 192.168.7.${there} dev vx`],
    ...extra,
  };
}

function overlay(extra: { readonly a?: Partial<NamespaceDescription>; readonly b?: Partial<NamespaceDescription> } = {}): LabDescription {
  const pod = (n: number, host: string): NamespaceDescription => ({
    links: [{ kind: 'veth', name: 'eth0', peer: `${host}:cni`, addresses: [`10.244.${String(n)}.2/24`] }],
    routes: [`default via 10.244.${String(n)}.1`],
    listeners: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:9'],
  });
  return {
    namespaces: { a: machine(1, 2, 'p', extra.a ?? {}), p: pod(1, 'a'), b: machine(2, 1, 'q', extra.b ?? {}), q: pod(2, 'b') },
    machines: { m1: { host: 'a', pods: ['p'] }, m2: { host: 'b', pods: ['q'] } },
  };
}

laboratory('an overlay of two machines', overlay(), [
  ['from pod to pod', 'p udp 10.244.2.2:9', DELIVERED],
  ['a connection', 'p tcp 10.244.2.2:80', 'delivered q<-10.244.1.2:40000 at 10.244.2.2:80'],
  ['from the machine: the tunnel’s address is the source', 'a udp 10.244.2.2:9', 'delivered q<-10.244.1.0:40000 at 10.244.2.2:9'],
  ['a port that nobody has', 'p udp 10.244.2.2:10', 'rejected icmp-3/3 from 10.244.2.2'],
  ['an address that nobody has', 'p udp 10.244.2.9:9', 'rejected icmp-3/1 from 10.244.2.0'],
  ['too large for the tunnel', 'p udp 10.244.2.2:9 size 1451 df', 'rejected icmp-3/4 from 10.244.1.1'],
  ['just fits', 'p udp 10.244.2.2:9 size 1450 df', DELIVERED],
  ['from machine to machine', 'a tcp 192.168.7.2:81', 'rejected tcp-reset'],
  [
    'no forwarding entry on one side (T65)',
    'p udp 10.244.2.2:9',
    'dropped',
    { change: { a: 'bridge fdb del 02:00:00:00:07:02 dst 192.168.7.2 dev vx' } },
  ],
  [
    'an entry with a wrong machine',
    'p udp 10.244.2.2:9',
    'dropped',
    { change: { a: 'bridge fdb append 02:00:00:00:07:02 dst 192.168.7.9 dev vx' } },
  ],
  [
    'an entry for all',
    'p udp 10.244.2.2:9',
    DELIVERED,
    {
      change: { a: 'bridge fdb del 02:00:00:00:07:02 dst 192.168.7.9 dev vx\nbridge fdb append 00:00:00:00:00:00 dst 192.168.7.2 dev vx' },
    },
  ],
  [
    'a wrong neighbour',
    'p udp 10.244.2.2:9',
    'dropped',
    {
      change: {
        a: 'bridge fdb append 02:00:00:00:07:02 dst 192.168.7.2 dev vx\nip neigh replace 10.244.2.0 lladdr 02:00:00:00:07:77 dev vx nud permanent',
      },
    },
  ],
]);

laboratory(
  'two machines that send it to and fro through the tunnel',
  overlay({
    b: {
      then: ['ip route add 10.244.2.2/32 via 10.244.1.0 dev vx onlink'],
      neighbours: ['10.244.1.0 lladdr 02:00:00:00:07:01 dev vx nud permanent'],
    },
  }),
  [
    ['the packet inside ages', 'p udp 10.244.2.2:9', 'rejected icmp-11/0 from 10.244.2.0'],
    ['with a TTL that ends at the other', 'p udp 10.244.2.2:9 ttl 63', 'rejected icmp-11/0 from 10.244.1.1'],
  ],
);

/** What flannel makes for IPv6, beside the first. */
function second(n: number, other: number): Partial<NamespaceDescription> {
  const [here, there] = [String(n), String(other)];
  return {
    then: [
      'sysctl -qw net.ipv6.conf.all.disable_ipv6=0',
      `ip addr add fd07::${here}/64 dev e0 nodad`,
      `ip link add vx6 address 02:00:00:00:06:0${here} type vxlan id 1 local fd07::${here} dev e0 dstport 8472 nolearning`,
      'ip link set vx6 up',
      `ip addr add 10.246.0.${here}/24 dev vx6`,
      `ip neigh add 10.246.0.${there} lladdr 02:00:00:00:06:0${there} dev vx6`,
      `bridge fdb append 02:00:00:00:06:0${there} dst fd07::${there} dev vx6`,
    ],
    listeners: ['tcp 0.0.0.0:80'],
  };
}

laboratory('one network and one port over IPv4 and over IPv6: a device for each', overlay({ a: second(1, 2), b: second(2, 1) }), [
  ['over IPv4', 'p tcp 10.244.2.2:80', 'delivered q<-10.244.1.2:40000 at 10.244.2.2:80'],
  ['over IPv6', 'a tcp 10.246.0.2:80', 'delivered b<-10.246.0.1:40000 at 10.246.0.2:80'],
  ['the other way', 'b tcp 10.246.0.1:80', 'delivered a<-10.246.0.2:40000 at 10.246.0.1:80'],
]);

laboratory(
  'entries with a port or a network of their own',
  overlay({
    b: {
      then: [
        'ip link add v2 address 02:00:00:00:07:22 type vxlan id 2 local 192.168.7.2 dev e0 dstport 9999 nolearning',
        'ip link set v2 up',
        'ip addr add 10.244.9.1/24 dev v2',
        'ip neigh add 10.244.9.2 lladdr 02:00:00:00:07:01 dev v2',
        'bridge fdb append 02:00:00:00:07:01 dst 192.168.7.1 port 8472 vni 1 dev v2',
      ],
      listeners: ['tcp 0.0.0.0:80'],
    },
    a: {
      then: [
        'ip addr add 10.244.9.2/24 dev vx',
        'ip neigh add 10.244.9.1 lladdr 02:00:00:00:07:22 dev vx',
        'bridge fdb append 02:00:00:00:07:22 dst 192.168.7.2 port 9999 vni 2 dev vx',
      ],
    },
  }),
  [
    ['both', 'a tcp 10.244.9.1:80', 'delivered b<-10.244.9.2:40000 at 10.244.9.1:80'],
    [
      'a network that the other end has not',
      'a tcp 10.244.9.1:80',
      'dropped',
      {
        change: {
          a: 'bridge fdb del 02:00:00:00:07:22 dst 192.168.7.2 port 9999 vni 2 dev vx\nbridge fdb append 02:00:00:00:07:22 dst 192.168.7.2 port 9999 vni 3 dev vx',
        },
      },
    ],
    [
      'a port that the other end has not',
      'a tcp 10.244.9.1:80',
      'dropped',
      {
        change: {
          a: 'bridge fdb del 02:00:00:00:07:22 dst 192.168.7.2 port 9999 vni 3 dev vx\nbridge fdb append 02:00:00:00:07:22 dst 192.168.7.2 port 9998 vni 2 dev vx',
        },
      },
    ],
  ],
);

laboratory(
  'rules about the outer packet',
  overlay({ b: { iptables: '*filter\n-A INPUT -p udp --dport 8472 -s 192.168.7.1 -m comment --comment tunnel -j DROP\nCOMMIT\n' } }),
  [
    ['drop what is inside', 'p udp 10.244.2.2:9', 'dropped'],
    ['and its answers', 'q udp 10.244.1.2:9', 'dropped after p<-10.244.2.2:40000 at 10.244.1.2:9'],
  ],
);

laboratory(
  'T65: the outer packet carries the inner one’s mark',
  overlay({
    a: {
      legacy:
        '*mangle\n-A PREROUTING -i cni -p udp -j MARK --set-mark 0x4000\nCOMMIT\n*filter\n-A OUTPUT -p udp --dport 8472 -m mark --mark 0x4000 -j DROP\nCOMMIT\n',
    },
  }),
  [
    ['marked', 'p udp 10.244.2.2:9', 'dropped'],
    ['not marked', 'p tcp 10.244.2.2:80', 'delivered q<-10.244.1.2:40000 at 10.244.2.2:80'],
  ],
);

laboratory('the far machine', overlay(), [
  ['its tunnel device is down', 'p udp 10.244.2.2:9', 'dropped', { change: { b: 'ip link set vx down' } }],
  ['its wire is down', 'p udp 10.244.2.2:9', 'dropped', { change: { b: 'ip link set vx up\nip link set e0 down' } }],
  ['and to the machine itself', 'a tcp 192.168.7.2:80', 'rejected errno-EHOSTUNREACH'],
]);

laboratory(
  'strict rp_filter at the far machine',
  overlay({ b: { routes: [], sysctls: { 'ipv4.ip_forward': 1, 'ipv4.conf.default.rp_filter': 1 } } }),
  [['no route back by the tunnel', 'p udp 10.244.2.2:9', 'dropped']],
);
