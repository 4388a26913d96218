import type { Connection } from './connection.ts';
import type { Question } from './skoop.ts';

/** What is broken, how it is mended, and what has to be said of it. Names in braces are the scene's. */
export interface Fault {
  readonly name: string;
  /** Where the commands run: a node, a pod, or `here`. */
  readonly at: string;
  readonly inject: string;
  readonly undo: string;
  /** A command on node1 that fails until the fault has its effect, where that takes time. */
  readonly settled?: string;
  readonly asks: Question & Connection;
  /** A real connection's, and the answer's. */
  readonly verdict: 'dropped' | 'rejected';
  /** A snapshot taken while it stands is asked as well. */
  readonly recorded?: true;
  /** The one fact that is named as the cause, what it is on, and what its message or its evidence shows. */
  readonly cause: { readonly code: string; readonly on: string; readonly shows: string };
}

const PEER = { from: '{client.pod}', to: '{far.pod}:8080', speaks: 'http', address: '{far}', port: '8080' } as const;
const DEAF = { ...PEER, to: '{far.pod}:9999', port: '9999' } as const;
const SERVICE = { ...PEER, to: 'svc/web', address: '{web}', port: '80' } as const;

/** Where what is asked for is the fault. */
export const NOTHING = ':';

export const FAULTS: readonly Fault[] = [
  {
    name: 'an iptables DROP in FORWARD of the peer’s node',
    at: 'node2',
    inject: 'iptables-nft -I FORWARD -s {client} -d {far} -j DROP',
    undo: 'iptables-nft -D FORWARD -s {client} -d {far} -j DROP',
    asks: PEER,
    verdict: 'dropped',
    cause: { code: 'NETFILTER_DROP', on: 'node/node2', shows: '-A FORWARD -s {client}/32 -d {far}/32 -j DROP' },
  },
  {
    name: 'a REJECT in FORWARD of the sender’s node',
    at: 'node1',
    inject: 'iptables-nft -I FORWARD -d {far} -p tcp -m tcp --dport 8080 -j REJECT --reject-with icmp-admin-prohibited',
    undo: 'iptables-nft -D FORWARD -d {far} -p tcp -m tcp --dport 8080 -j REJECT --reject-with icmp-admin-prohibited',
    asks: PEER,
    verdict: 'rejected',
    cause: { code: 'NETFILTER_REJECT', on: 'node/node1', shows: '-A FORWARD -d {far}/32 -p tcp -m tcp --dport 8080 -j REJECT' },
  },
  {
    name: 'a DROP in the legacy backend, beside the rules of nft’s',
    at: 'node2',
    inject: 'iptables-legacy -I FORWARD -s {client} -d {far} -j DROP',
    undo: 'iptables-legacy -D FORWARD -s {client} -d {far} -j DROP',
    asks: PEER,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'NETFILTER_DROP', on: 'node/node2', shows: 'iptables-legacy-save: -A FORWARD -s {client}/32 -d {far}/32 -j DROP' },
  },
  {
    name: 'a DROP in the peer’s own INPUT',
    at: '{far.pod}',
    inject: 'iptables-nft -I INPUT -p tcp -m tcp --dport 8080 -j DROP',
    undo: 'iptables-nft -D INPUT -p tcp -m tcp --dport 8080 -j DROP',
    asks: PEER,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'NETFILTER_DROP', on: 'pod/{far.pod}', shows: '-A INPUT -p tcp -m tcp --dport 8080 -j DROP' },
  },
  {
    name: 'the forwarding entry of the peer’s node deleted from the tunnel',
    at: 'node1',
    inject: 'bridge fdb del {far.vtep} dev flannel.1 dst 172.30.0.12 self',
    undo: 'bridge fdb replace {far.vtep} dev flannel.1 dst 172.30.0.12 self permanent',
    asks: PEER,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'TUNNEL_FDB_MISSING', on: 'node/node1', shows: '{far.vtep}' },
  },
  {
    name: 'a wrong neighbour entry for the peer’s node',
    at: 'node1',
    inject: 'ip neigh replace {far.network} lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent',
    undo: 'ip neigh replace {far.network} lladdr {far.vtep} dev flannel.1 nud permanent',
    asks: PEER,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'NEIGHBOUR_WRONG_MAC', on: 'node/node1', shows: '02:00:00:00:00:99' },
  },
  {
    name: 'the route to the pods of the peer’s node deleted',
    at: 'node1',
    inject: 'ip route del {far.cidr} dev flannel.1',
    undo: 'ip route replace {far.cidr} via {far.network} dev flannel.1 onlink',
    asks: PEER,
    verdict: 'dropped',
    cause: { code: 'ROUTE_LEAVES_CLUSTER', on: 'node/node1', shows: 'default' },
  },
  {
    name: 'forwarding switched off on the sender’s node',
    at: 'node1',
    inject: 'sysctl -qw net.ipv4.ip_forward=0',
    undo: 'sysctl -qw net.ipv4.ip_forward=1',
    asks: PEER,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'SYSCTL_FORWARDING_OFF', on: 'node/node1', shows: 'net/ipv4/conf/cni0/forwarding = 0' },
  },
  {
    name: 'the peer’s interface down',
    at: '{far.pod}',
    inject: 'ip link set eth0 down',
    undo: 'ip link set eth0 up; ip route replace default via {far.gateway}; ip route replace 10.244.0.0/16 via {far.gateway}',
    asks: PEER,
    verdict: 'rejected',
    recorded: true,
    cause: { code: 'LINK_DOWN', on: 'pod/{far.pod}', shows: 'eth0' },
  },
  {
    name: 'no process listening',
    at: 'here',
    inject: NOTHING,
    undo: NOTHING,
    asks: DEAF,
    verdict: 'rejected',
    cause: { code: 'SOCKET_NOT_LISTENING', on: 'pod/{far.pod}', shows: 'port 9999' },
  },
  {
    name: 'a Service without endpoints',
    at: 'here',
    inject: 'kubectl set selector service web app=nobody',
    undo: 'kubectl set selector service web app=web',
    settled: 'iptables-nft-save -t filter | grep "default/web:http has no endpoints"',
    asks: SERVICE,
    verdict: 'rejected',
    recorded: true,
    cause: { code: 'SERVICE_NO_ENDPOINTS', on: 'node/node1', shows: 'nobody' },
  },
  {
    name: 'kube-proxy’s rules for the Service flushed',
    at: 'node1',
    inject: 'iptables-nft-save -t nat | grep -e "^-A {web.chain} " >/run/flushed; iptables-nft -t nat -F {web.chain}',
    undo: '{ echo "*nat"; cat /run/flushed; echo COMMIT; } | iptables-nft-restore --noflush',
    asks: SERVICE,
    verdict: 'dropped',
    recorded: true,
    cause: { code: 'SERVICE_NOT_PROGRAMMED', on: 'node/node1', shows: 'default/web' },
  },
];
