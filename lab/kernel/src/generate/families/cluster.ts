import fc from 'fast-check';
import type { LabDescription, NamespaceDescription } from '../../description.ts';
import type { Family } from '../family.ts';

/** The service's address, and what is behind it. */
const VIP = '10.96.0.10';
const ENDPOINTS = ['10.244.1.2', '10.244.2.2', '10.244.2.3'];

interface Choices {
  readonly overlay: boolean;
  readonly mode: 'iptables' | 'legacy' | 'nft';
  readonly endpoints: readonly string[];
  readonly masqueradeAll: boolean;
  readonly policy: 'ACCEPT' | 'DROP';
  readonly fault: Fault;
  readonly rpFilter: number;
}

type Fault = '' | 'no forwarding entry' | 'no forwarding' | 'no route' | 'wrong neighbour' | 'a rule about the tunnel';

/** A node: its wire, two pods (the first of node 1 by a bridge, the others routed), the tunnel or the other node as a router. */
function node(n: 1 | 2, pods: readonly string[], choices: Choices): NamespaceDescription {
  const { overlay, fault, rpFilter } = choices;
  const other = String(3 - n);
  const isFaulty = (what: Fault): boolean => n === 1 && fault === what;
  const host = `10.244.${String(n)}`;
  const mac = (node6: string): string => `02:00:00:00:07:0${node6}`;
  return {
    links: [
      { kind: 'wire', name: 'e0', wire: 'w', addresses: [`192.168.7.${String(n)}/24`] },
      { kind: 'bridge', name: 'cni0', addresses: [`${host}.1/24`] },
      ...pods.map((pod) => ({ kind: 'veth', name: `v${pod}`, peer: `${pod}:eth0`, master: 'cni0', port: 'hairpin on' }) as const),
      ...(overlay
        ? [
            {
              kind: 'vxlan',
              name: 'flannel.1',
              mac: mac(String(n)),
              mtu: 1450,
              addresses: [`${host}.0/32`],
              options: `id 1 local 192.168.7.${String(n)} dev e0 dstport 8472 nolearning`,
            } as const,
          ]
        : []),
    ],
    sysctls: {
      'ipv4.ip_forward': isFaulty('no forwarding') ? 0 : 1,
      'ipv4.conf.all.rp_filter': rpFilter,
      'bridge.bridge-nf-call-iptables': 1,
    },
    routes: isFaulty('no route')
      ? []
      : [overlay ? `10.244.${other}.0/24 via 10.244.${other}.0 dev flannel.1 onlink` : `10.244.${other}.0/24 via 192.168.7.${other}`],
    neighbours: overlay
      ? [`10.244.${other}.0 lladdr ${isFaulty('wrong neighbour') ? '02:00:00:00:07:77' : mac(other)} dev flannel.1 nud permanent`]
      : [],
    fdb: overlay && !isFaulty('no forwarding entry') ? [`${mac(other)} dst 192.168.7.${other} dev flannel.1`] : [],
    ...(choices.mode === 'nft'
      ? { nft: nftables(n, choices), iptables: filters(isFaulty('a rule about the tunnel'), choices) }
      : { [choices.mode]: `${services(n, choices)}${filters(isFaulty('a rule about the tunnel'), choices)}` }),
    listeners: ['tcp 0.0.0.0:81', `udp 192.168.7.${String(n)}:10`],
  };
}

/** As kube-proxy writes them. */
function services(n: number, { endpoints, masqueradeAll }: Choices): string {
  const each = (protocol: string, port: number): readonly string[] => {
    const service = `KUBE-SVC-${protocol.toUpperCase()}`;
    return [
      `:${service} - [0:0]`,
      ...endpoints.map((_, index) => `:KUBE-SEP-${protocol.toUpperCase()}${String(index)} - [0:0]`),
      `-A KUBE-SERVICES -d ${VIP}/32 -p ${protocol} -m comment --comment "default/web:${protocol}" -m ${protocol} --dport ${String(port)} -j ${service}`,
      `-A KUBE-NODEPORTS -p ${protocol} -m ${protocol} --dport 30080 -j ${service}`,
      masqueradeAll
        ? `-A ${service} -d ${VIP}/32 -j KUBE-MARK-MASQ`
        : `-A ${service} ! -s 10.244.0.0/16 -d ${VIP}/32 -p ${protocol} -m ${protocol} --dport ${String(port)} -j KUBE-MARK-MASQ`,
      `-A ${service} -p ${protocol} -m ${protocol} --dport 30080 -j KUBE-MARK-MASQ`,
      ...endpoints.flatMap((ip, index) => {
        const endpoint = `KUBE-SEP-${protocol.toUpperCase()}${String(index)}`;
        const left = endpoints.length - index;
        const chance = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
        return [
          `-A ${service}${chance} -j ${endpoint}`,
          `-A ${endpoint} -s ${ip}/32 -j KUBE-MARK-MASQ`,
          `-A ${endpoint} -p ${protocol} -m ${protocol} -j DNAT --to-destination ${ip}:${protocol === 'tcp' ? '80' : '9'}`,
        ];
      }),
    ];
  };
  return [
    '*nat',
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-NODEPORTS - [0:0]',
    ':KUBE-MARK-MASQ - [0:0]',
    ':KUBE-POSTROUTING - [0:0]',
    ':FLANNEL-POSTRTG - [0:0]',
    '-A PREROUTING -j KUBE-SERVICES',
    '-A OUTPUT -j KUBE-SERVICES',
    '-A POSTROUTING -j KUBE-POSTROUTING',
    '-A POSTROUTING -j FLANNEL-POSTRTG',
    ...each('tcp', 80),
    ...each('udp', 53),
    '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -j MASQUERADE',
    `-A FLANNEL-POSTRTG -s 10.244.${String(n)}.0/24 -d 10.244.0.0/16 -j RETURN`,
    '-A FLANNEL-POSTRTG -s 10.244.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE',
    'COMMIT',
    '',
  ].join('\n');
}

function filters(dropsTunnel: boolean, { policy, endpoints }: Choices): string {
  return [
    '*filter',
    `:FORWARD ${policy} [0:0]`,
    ':KUBE-FORWARD - [0:0]',
    ...(dropsTunnel ? ['-A INPUT -p udp -m udp --dport 8472 -j DROP'] : []),
    ...(endpoints.length === 0
      ? [`-A OUTPUT -d ${VIP}/32 -j DROP`, `-A FORWARD -d ${VIP}/32 -p udp -j REJECT --reject-with icmp-port-unreachable`]
      : []),
    '-A FORWARD -j KUBE-FORWARD',
    '-A FORWARD -s 10.244.0.0/16 -p tcp -m tcp --dport 82 -j REJECT --reject-with tcp-reset',
    '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');
}

/** As kube-proxy writes them in its mode nftables. */
function nftables(n: number, { endpoints, masqueradeAll }: Choices): string {
  const chosen = (protocol: string): string =>
    endpoints.length === 0
      ? ''
      : `  numgen random mod ${String(endpoints.length)} vmap { ${endpoints.map((_, index) => `${String(index)} : goto ep-${protocol}${String(index)}`).join(', ')} }\n`;
  const service = (protocol: string, port: string): string => {
    const eps = endpoints
      .map(
        (ip, index) =>
          ` chain ep-${protocol}${String(index)} {\n  ip saddr ${ip} jump mark-for-masquerade\n  meta l4proto ${protocol} dnat to ${ip}:${protocol === 'tcp' ? '80' : '9'}\n }\n`,
      )
      .join('');
    const asks = masqueradeAll ? `ip daddr ${VIP}` : `ip daddr ${VIP} ${protocol} dport ${port} ip saddr != 10.244.0.0/16`;
    return `${eps} chain svc-${protocol} {\n  ${asks} jump mark-for-masquerade\n  ${protocol} dport 30080 jump mark-for-masquerade\n${chosen(protocol)} }\n`;
  };
  return [
    'table ip kube-proxy {',
    ' chain mark-for-masquerade {',
    '  meta mark set meta mark or 0x4000',
    ' }',
    `${service('tcp', '80')}${service('udp', '53').trimEnd()}`,
    ' map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { ' +
      `${VIP} . tcp . 80 : goto svc-tcp, ${VIP} . udp . 53 : goto svc-udp } }`,
    ' map service-nodeports { type inet_proto . inet_service : verdict; elements = { tcp . 30080 : goto svc-tcp, udp . 30080 : goto svc-udp } }',
    ' chain services {',
    '  ip daddr . meta l4proto . th dport vmap @service-ips',
    '  fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports',
    ' }',
    ' chain nat-prerouting {',
    '  type nat hook prerouting priority -100; policy accept;',
    '  jump services',
    ' }',
    ' chain nat-output {',
    '  type nat hook output priority -100; policy accept;',
    '  jump services',
    ' }',
    ' chain nat-postrouting {',
    '  type nat hook postrouting priority 100; policy accept;',
    '  meta mark and 0x4000 != 0 masquerade',
    `  ip saddr 10.244.${String(n)}.0/24 ip daddr != 10.244.0.0/16 masquerade`,
    ' }',
    '}',
    '',
  ].join('\n');
}

function pod(n: number, number: number, name: string, host: string): NamespaceDescription {
  const address = `10.244.${String(n)}.${String(number)}`;
  return {
    links: [{ kind: 'veth', name: 'eth0', peer: `${host}:v${name}`, addresses: [`${address}/24`] }],
    routes: [`default via 10.244.${String(n)}.1`],
    listeners: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:9'],
  };
}

const lab: fc.Arbitrary<LabDescription> = fc
  .record<Choices>({
    overlay: fc.boolean(),
    mode: fc.constantFrom('iptables', 'legacy', 'nft'),
    endpoints: fc.subarray(ENDPOINTS),
    masqueradeAll: fc.boolean(),
    policy: fc.constantFrom('ACCEPT', 'DROP'),
    fault: fc.constantFrom<Fault>(
      '',
      '',
      '',
      'no forwarding entry',
      'no forwarding',
      'no route',
      'wrong neighbour',
      'a rule about the tunnel',
    ),
    rpFilter: fc.constantFrom(0, 0, 1, 2),
  })
  .map((choices) => ({
    namespaces: {
      a: node(1, ['p'], choices),
      p: pod(1, 2, 'p', 'a'),
      b: node(2, ['q', 's'], choices),
      q: pod(2, 2, 'q', 'b'),
      s: pod(2, 3, 's', 'b'),
    },
    machines: { m1: { host: 'a', pods: ['p'] }, m2: { host: 'b', pods: ['q', 's'] } },
  }));

const probe = fc
  .record({
    from: fc.constantFrom('p', 'p', 'q', 's', 'a', 'b'),
    to: fc.oneof(
      fc.constantFrom(`tcp ${VIP}:80`, `udp ${VIP}:53`, `tcp ${VIP}:81`, `udp ${VIP}:53`),
      fc.constantFrom(
        'tcp 192.168.7.1:30080',
        'udp 192.168.7.2:30080',
        'tcp 192.168.7.2:30080',
        'udp 192.168.7.1:10',
        'tcp 192.168.7.2:81',
      ),
      fc.constantFrom(
        'tcp 10.244.1.2:80',
        'udp 10.244.2.2:9',
        'udp 10.244.2.3:10',
        'tcp 10.244.2.2:82',
        'icmp 10.244.2.3',
        'udp 10.244.2.9:9',
        'udp 10.244.1.1:81',
        'icmp 192.168.7.2',
        'tcp 10.244.2.1:81',
      ),
    ),
    more: fc.constantFrom('', '', '', ' ttl 1', ' ttl 2', ' size 1480 nodf', ' mark 0x4000'),
  })
  .map(({ from, to, more }) => `${from} ${to}${to.startsWith('tcp') && more.includes('size') ? '' : more}`);

/** Two nodes with pods, joined by VXLAN or by routes, with services as kube-proxy writes them in each of its modes. */
export const cluster: Family = { name: 'cluster', lab, probe };
