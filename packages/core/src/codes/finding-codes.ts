import { type FindingCode, shellWord, shellWords } from '@skoop/netstack';
import type { CodeEntry, Facts } from './entry.ts';

const quoted = (text: string): string => (text === '' ? '' : `: ${text}`);
const onDevice = ({ of }: Facts): string => (of('device') === '' ? '' : ` (device ${of('device')})`);
const backendTool = (of: Facts['of']): string =>
  of('backend') === 'nftables'
    ? 'nft -a list ruleset'
    : `${of('backend') === 'iptables-legacy' ? 'iptables-legacy' : 'iptables'} -t ${shellWord(of('table'))} -S ${shellWord(of('chain'))}`;
const BUILT_IN: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);
/** The command that deletes the rule, by the tool that printed it; in a chain that a program keeps, it may come back. */
function deletion({ at, of, evidence }: Facts): string {
  const rule = evidence.at(-1);
  const tool = /(ip6?tables-(?:nft|legacy))-save$/.exec(rule?.artifact ?? '')?.[1];
  const words = rule?.text.startsWith('-A ') === true ? shellWords(rule.text.slice('-A '.length)) : undefined;
  if (tool === undefined || words === undefined) return `On ${at}: ${backendTool(of)}; delete the rule, or put one that accepts before it.`;
  const command = `On ${at}: ${tool} -t ${shellWord(of('table'))} -D ${words}`;
  return BUILT_IN.has(of('chain'))
    ? `${command}; and find what put it there.`
    : `${command}; whatever keeps chain ${of('chain')} may put it back: change it there.`;
}
const isFor = (name: string): boolean => name !== '';

/** Every finding of the packet model, in words. */
export const FINDING_ENTRIES: Readonly<Record<FindingCode, CodeEntry>> = {
  ROUTE_MISSING: {
    message: ({ at, of }) =>
      of('astray') === 'yes'
        ? `The answer for ${of('destination')} leaves ${at} by a route that does not lead back to the sender`
        : `${at} has no route to ${of('destination')}`,
    remedy: ({ at, of }) =>
      `On ${at}: ip route get ${of('destination')}; put the route back (a restart of the CNI's pod on that node does, where the CNI made it).`,
  },
  ROUTE_BLACKHOLE: {
    message: ({ at, of, text }) => `A blackhole route of ${at} swallows packets to ${of('destination')}${quoted(text)}`,
    remedy: ({ at, of }) => `On ${at}: ip route show match ${of('destination')}; delete the blackhole route if it is not meant.`,
  },
  ROUTE_UNREACHABLE: {
    message: ({ at, of, text }) => `A route of ${at} declares ${of('destination')} unreachable${quoted(text)}`,
    remedy: ({ at, of }) => `On ${at}: ip route show match ${of('destination')}; delete the unreachable route if it is not meant.`,
  },
  ROUTE_PROHIBIT: {
    message: ({ at, of, text }) => `A route of ${at} prohibits ${of('destination')}${quoted(text)}`,
    remedy: ({ at, of }) => `On ${at}: ip route show match ${of('destination')}; delete the prohibit route if it is not meant.`,
  },
  ROUTE_RULE_REFUSES: {
    message: ({ at, of, text }) => `A policy rule of ${at} refuses packets to ${of('destination')}${quoted(text)}`,
    remedy: ({ at }) => `On ${at}: ip rule; delete the rule if it is not meant.`,
  },
  ROUTE_LOOP: {
    message: ({ at, of }) => `Packets to ${of('destination')} go in circles and pass ${at} again`,
    remedy: ({ at, of }) => `On ${at} and its next hop: ip route get ${of('destination')}; one of the two routes points the wrong way.`,
  },
  ROUTE_TTL_EXCEEDED: {
    message: ({ at, of }) => `The packet to ${of('destination')} has used up its TTL at ${at}`,
    remedy: ({ of }) => `Follow it with traceroute ${of('destination')}: a loop, or a sender with too small a TTL.`,
  },
  ROUTE_MARTIAN_SOURCE: {
    message: ({ at, of }) =>
      `${at} refuses the source address ${of('source')} on device ${of('device')}: it can't come from there (martian source)`,
    remedy: ({ at, of }) =>
      `On ${at}: ip route get ${of('destination')} from ${of('source')} iif ${of('device')}; look whether the address is one of its own.`,
  },
  ROUTE_MARTIAN_DESTINATION: {
    message: ({ at, of }) => `${at} refuses the destination address ${of('destination')}: no packet may be forwarded to it`,
    remedy: () => 'Send to an address that can be routed.',
  },
  ROUTE_SOURCE_REFUSED: {
    message: ({ at, of }) => `${at} has no address of its own to send to ${of('destination')} from`,
    remedy: ({ at }) => `On ${at}: ip address; give the device back its address.`,
  },
  SYSCTL_FORWARDING_OFF: {
    message: ({ at, of, text }) => `${at} does not forward packets: ${text === '' ? of('sysctl') : text}`,
    remedy: ({ at, of }) =>
      `On ${at}: sysctl -w ${of('sysctl') === '' ? 'net.ipv4.ip_forward' : of('sysctl').replaceAll('/', '.')}=1; and find what turned it off (/etc/sysctl.d).`,
  },
  SYSCTL_RP_FILTER: {
    message: ({ at, of, text }) =>
      `Reverse path filtering of ${at} refuses source ${of('source')} on device ${of('device')}${quoted(text)}`,
    remedy: ({ at, of }) =>
      `On ${at}: ip route get ${of('source')}; mend that route, or sysctl -w net.ipv4.conf.${of('device')}.rp_filter=2.`,
  },
  SYSCTL_ROUTE_LOCALNET_OFF: {
    message: ({ at, of }) => `${at} takes no loopback address on device ${of('device')} (route_localnet is 0)`,
    remedy: ({ at, of }) => `Send to another address of the node; or on ${at}: sysctl -w ${of('sysctl').replaceAll('/', '.')}=1.`,
  },
  NEIGHBOUR_UNRESOLVED: {
    message: ({ at, of }) => `Nobody answers ${at} for ${of('address')} on device ${of('device')}: the next hop has no link-layer address`,
    remedy: ({ at, of }) =>
      `On ${at}: ip neigh show ${of('address')}; look whether whoever has that address is up and on the same network.`,
  },
  NEIGHBOUR_WRONG_MAC: {
    message: ({ at, of }) =>
      `A frame for ${of('address')} goes to ${of('mac')}, which nobody there has${of('actual') === '' ? '' : ` (${of('device')} has ${of('actual')})`}; the address was taken at ${at}`,
    remedy: ({ at, of }) =>
      `On ${at}: ip neigh show dev ${of('device')}; delete the permanent entry for ${of('address')} (the CNI's pod on that node, restarted, writes it anew).`,
  },
  LINK_DOWN: {
    message: ({ at, of }) => `Device ${of('device')} of ${at} is down`,
    remedy: ({ at, of }) =>
      `On ${at}: ip link set ${of('device')} up; routes through it are gone and must be put back, a pod is best deleted.`,
  },
  LINK_NO_CARRIER: {
    message: ({ at, of }) => `Device ${of('device')} of ${at} has no carrier: its other end is down or gone`,
    remedy: ({ at, of }) => `On ${at}: ip -d link show ${shellWord(of('device'))}; bring its other end up.`,
  },
  LINK_NO_PEER: {
    message: ({ at, of }) => `Device ${of('device')} of ${at} leads nowhere: what is sent by it is lost`,
    remedy: ({ at, of }) => `On ${at}: ip route get ${of('destination')}; the route should name another device.`,
  },
  BRIDGE_PORT_NOT_FORWARDING: {
    message: ({ at, of }) => `Port ${of('port')} of bridge ${of('bridge')} on ${at} does not forward (state ${of('state')})`,
    remedy: ({ at, of }) => `On ${at}: bridge link show dev ${of('port')}; bridge link set dev ${of('port')} state 3.`,
  },
  BRIDGE_HAIRPIN_OFF: {
    message: ({ at, of }) =>
      `Bridge ${of('bridge')} on ${at} would have to send the packet back by the port that it came from, ${of('port')}, and hairpin mode is off there`,
    remedy: ({ at, of }) => `On ${at}: bridge link set dev ${of('port')} hairpin on; and set hairpinMode in the CNI's configuration.`,
  },
  BRIDGE_PORT_ISOLATED: {
    message: ({ at, of }) => `Both ports of bridge ${of('bridge')} on ${at} are isolated: nothing passes between them`,
    remedy: ({ at, of }) => `On ${at}: bridge link set dev ${of('port')} isolated off.`,
  },
  BRIDGE_VLAN_REFUSED: {
    message: ({ at, of }) =>
      `Port ${of('port')} of bridge ${of('bridge')} on ${at} does not belong to the frame's VLAN${of('vlan') === '' ? ', and has none for frames without a tag' : ` ${of('vlan')}`}`,
    remedy: ({ at, of }) =>
      `On ${at}: bridge vlan show dev ${of('port')}; bridge vlan add dev ${of('port')} vid ${of('vlan') === '' ? 'ID pvid untagged' : of('vlan')}.`,
  },
  BRIDGE_NO_PORT: {
    message: ({ at, of }) => `Bridge ${of('bridge')} on ${at} has no port to ${of('mac') === '' ? of('destination') : of('mac')}`,
    remedy: ({ at, of }) =>
      `On ${at}: bridge link show; bridge fdb show br ${of('bridge')}; the pod's veth end may have lost its master (delete the pod).`,
  },
  TUNNEL_FDB_MISSING: {
    message: ({ at, of }) =>
      `VXLAN device ${of('device')} of ${at} has no forwarding entry for ${of('mac')}, the way to ${of('destination')}`,
    remedy: ({ at, of }) =>
      `On ${at}: bridge fdb show dev ${of('device')}; restart the CNI's pod on that node, which writes the entry anew.`,
  },
  TUNNEL_VNI_UNKNOWN: {
    message: ({ at, of }) => `${at} has no VXLAN device with the network identifier ${of('vni')} on port ${of('port')}`,
    remedy: ({ at }) => `On ${at}: ip -d link show type vxlan; both nodes must use the same identifier and port.`,
  },
  NETFILTER_DROP: {
    message: ({ at, of, text }) =>
      `A rule of ${at} drops the packet (${of('backend')}, table ${of('table')}, chain ${of('chain')}, hook ${of('hook')})${quoted(text)}`,
    remedy: deletion,
  },
  NETFILTER_REJECT: {
    message: ({ at, of, text }) =>
      `A rule of ${at} rejects the packet (${of('backend')}, table ${of('table')}, chain ${of('chain')}, hook ${of('hook')})${quoted(text)}`,
    remedy: (facts) =>
      facts.text.includes('has no endpoints')
        ? "kube-proxy's rule for a Service without endpoints: give the Service ready pods."
        : deletion(facts),
  },
  NETFILTER_POLICY_DROP: {
    message: ({ at, of }) =>
      `No rule of ${at} accepts the packet and the policy of chain ${of('chain')} (${of('backend')}, table ${of('table')}) is to drop`,
    remedy: ({ at, of }) => `On ${at}: ${backendTool(of)}; add a rule that accepts, or set the policy (iptables -P ${of('chain')} ACCEPT).`,
  },
  IPVS_NO_SERVER: {
    message: ({ at, of }) =>
      `IPVS of ${at} has no server with a weight for ${of('address')} port ${of('port')}, and refuses the connection`,
    remedy: ({ at }) => `On ${at}: ipvsadm -Ln; the Service needs a ready endpoint, and kube-proxy must have written it here.`,
  },
  NAT_NO_ADDRESS: {
    message: ({ at, of }) =>
      `${at} should translate the source address and has none to give${onDevice({ at, of, text: '', evidence: [] })}`,
    remedy: ({ at }) => `On ${at}: ip address; give the outgoing device its address back.`,
  },
  NAT_REPLY_MISMATCH: {
    message: ({ at, of }) =>
      isFor(of('expected'))
        ? `The answer reaches ${at} from ${of('actual')}, and ${of('expected')} was asked: its translation is not undone, and the sender refuses it`
        : `The answer goes to ${of('actual')} and ends at ${at}, which did not ask`,
    remedy: () =>
      'The answer takes another way than the packet: look for a missing masquerade (a pod behind a Service that answers a client on its own node, say), or bridge-nf-call-iptables being 0.',
  },
  SOCKET_NOT_LISTENING: {
    message: ({ at, of }) =>
      of('port') === ''
        ? `Nothing in ${at} takes ${of('protocol')} packets for ${of('address')}`
        : `Nothing in ${at} listens on ${of('protocol')} port ${of('port')} of ${of('address')}${of('bound') === '' ? '' : `; a process listens on that port of ${of('bound')} only`}`,
    remedy: ({ at }) => `In ${at}: ss -lnp; start the server, let it listen on all addresses, or ask for the port that it has.`,
  },
  MTU_EXCEEDED: {
    message: ({ at, of }) =>
      `A packet of ${of('length')} bytes does not pass device ${of('device')} of ${at}, whose MTU is ${of('mtu')}, and must not be fragmented`,
    remedy: ({ at, of }) =>
      `On ${at}: ip link show ${of('device')}; the pods' MTU must be the smallest on the way (less 50 bytes for VXLAN).`,
  },
  MODEL_UNSUPPORTED: {
    message: ({ at, of }) => `The model does not know what ${at} does here: ${of('construct')}`,
    remedy: () => 'Judge this construct by hand; the answer holds only as far as it does not matter.',
  },
  MODEL_DEVICE_DROP: {
    message: ({ at, of }) => `Device ${of('device')} of ${at} drops the packet, by the model of ${of('model')}: ${of('reason')}`,
    remedy: ({ of }) => `See what ${of('model')} itself reports of this packet.`,
  },
  MODEL_FORK_LIMIT: {
    message: ({ at }) => `The packet from ${at} can take more ways than are followed; the rest is left out`,
    remedy: () => 'Ask for one backend by its own address.',
  },
  COLLECT_ARTIFACT_MISSING: {
    message: ({ at, of }) =>
      `${at}: ${of('artifact') === '' ? 'something' : of('artifact')} could not be read (${of('why') === '' ? 'no reason told' : of('why')})`,
    remedy: ({ at }) => `On ${at}: skoop-collect.sh by hand shows why; the image of the collector must have the tool.`,
  },
  COLLECT_NODE_MISSING: {
    message: ({ of }) => `The packet reaches ${of('node')}, and there is no dump of it`,
    remedy: ({ of }) => `Collect ${of('node')} as well.`,
  },
};
