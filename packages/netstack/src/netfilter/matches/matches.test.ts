import { describe, expect, test } from '@jest/globals';
import { parseIp } from '../../address/ip.ts';
import { parsePrefix } from '../../address/prefix.ts';
import type { NetworkNamespace } from '../../namespace/namespace.ts';
import type { Route, RouteType } from '../../namespace/route.ts';
import type { Socket } from '../../namespace/socket.ts';
import { type Packet, TcpFlag } from '../../packet/packet.ts';
import { EMPTY, SYN, context, entryOf } from '../__fixtures__/context.ts';
import { fits, ruleOf } from '../__fixtures__/rules.ts';
import type { MatchContext, Tracking } from '../model.ts';

function ip(text: string) {
  const value = parseIp(text);
  if (value === undefined) throw new Error(text);
  return value;
}

type Given = Partial<Omit<MatchContext, 'packet'>> & { readonly packet?: Partial<Packet> };
type Row = [args: string, given: Given, result: boolean | 'unknown' | number];
type Row6 = Row;

const udp = { protocol: 17, tcpFlags: 0 };
const ping = { protocol: 1, sport: 7, dport: 0, tcpFlags: 0, icmp: { type: 8, code: 0 } };
const none = (state: Tracking['state']): Tracking => ({ state, entry: undefined, direction: 'original' });
const tracked = (
  state: Tracking['state'],
  more: Parameters<typeof entryOf>[1] = {},
  direction: Tracking['direction'] = 'original',
): Tracking => ({
  state,
  direction,
  entry: entryOf(SYN, more),
});

function route(type: RouteType, destination: string, dev: string, table = 'local'): Route {
  const prefix = parsePrefix(destination);
  if (prefix === undefined) throw new Error(destination);
  return {
    family: typeof prefix.address === 'number' ? 4 : 6,
    table,
    type,
    destination: prefix,
    nexthops: [{ via: undefined, dev, weight: 1, onlink: false, dead: false, linkdown: false }],
    metric: 0,
    tos: 0,
    prefsrc: undefined,
    scope: 254,
    mtu: undefined,
    protocol: 'kernel',
    unsupported: undefined,
    source: { artifact: 'n/ip-route-4', pointer: '/0', text: '' },
  };
}

const NAMESPACE: NetworkNamespace = {
  ...EMPTY,
  routes: [
    route('local', '10.0.0.3', 'eth0'),
    route('local', '127.0.0.0/8', 'lo'),
    route('broadcast', '10.0.0.255', 'eth0'),
    route('local', '20.2.0.0/16', 'lo', '100'),
    route('blackhole', '20.3.0.0/16', 'lo', 'main'),
    route('local', 'fd00::3', 'eth0'),
    route('multicast', 'ff00::/8', 'eth0'),
  ],
};
const WITHOUT_ROUTES: NetworkNamespace = { ...EMPTY, gaps: [{ topic: 'routes', kind: 'missing', why: 'ip-route-4 was not collected' }] };

function listener(more: Partial<Socket>): NetworkNamespace {
  const socket: Socket = {
    protocol: 6,
    state: 'listen',
    local: 'any',
    localPort: 80,
    peer: 'any',
    peerPort: 0,
    family: 4,
    v6only: false,
    device: undefined,
    uid: 0,
    source: { artifact: 'n/ss', line: 1, text: '' },
    ...more,
  };
  return { ...EMPTY, sockets: [socket] };
}

const bridge = (outPort: string | undefined) => ({ bridge: { inPort: 'veth1', outPort, bridged: outPort !== undefined } });

describe.each<[match: string, rows: readonly Row[]]>([
  [
    'source and destination',
    [
      ['-s 10.0.0.0/24', {}, true],
      ['-s 10.0.0.2/32', {}, true],
      ['! -s 10.0.0.0/24', {}, false],
      ['! -s 192.0.2.0/24', {}, true],
      ['-d 10.0.0.2/32', {}, false],
      ['! -d 10.0.0.2/32', {}, true],
      ['-s 10.0.0.0/255.0.0.255', {}, false],
      ['-s 10.0.0.2/255.0.0.255', { packet: { src: ip('10.9.9.2') } }, true],
      ['-s 10.0.0.0/33', {}, 'unknown'],
      ['-s fd00::/8', {}, 'unknown'],
      ['-s example.org', {}, 'unknown'],
    ],
  ],
  [
    'interfaces',
    [
      ['-i eth0', {}, true],
      ['-i eth', {}, false],
      ['-i eth+', {}, true],
      ['! -i eth+', {}, false],
      ['-i eth0+', {}, true],
      ['-i +', { iif: '' }, true],
      ['-o eth0', {}, false],
      ['! -o eth0', { oif: '' }, true],
      ['-o cali+', { oif: 'cali12' }, true],
    ],
  ],
  [
    'protocol and fragment',
    [
      ['-p tcp', {}, true],
      ['-p udp', {}, false],
      ['! -p udp', {}, true],
      ['-p 6', {}, true],
      ['-p all', {}, true],
      ['-p ipv6-icmp', {}, false],
      ['-p vrrp', {}, false],
      ['! -p vrrp', {}, true],
      ['-p ipencap', { packet: { protocol: 4 } }, true],
      ['-p frobnicate', {}, 'unknown'],
      ['-f', {}, false],
      ['! -f', {}, true],
    ],
  ],
  [
    'comment',
    [
      ['-m comment --comment "a b"', {}, true],
      ['-m comment --comment ""', {}, true],
      ['-m comment --comment -j', {}, true],
      ['-m comment --comment ! -p udp', {}, false],
    ],
  ],
  [
    'tcp',
    [
      ['-p tcp -m tcp', {}, true],
      ['-p tcp -m tcp --dport 80', {}, true],
      ['-p tcp -m tcp --dport 80:90', { packet: { dport: 90 } }, true],
      ['-p tcp -m tcp --dport 80:90', { packet: { dport: 91 } }, false],
      ['-p tcp -m tcp ! --dport 80', {}, false],
      ['-p tcp -m tcp ! --sport 80', {}, true],
      ['-p tcp -m tcp --sport 40000 --dport 81', {}, false],
      ['-p tcp -m tcp --dport 80', { packet: udp }, false],
      ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', {}, true],
      ['-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN', {}, false],
      ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', { packet: { tcpFlags: TcpFlag.SYN | TcpFlag.ACK } }, false],
      ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE', {}, false],
      ['-p tcp -m tcp --tcp-flags ALL NONE', { packet: { tcpFlags: 0 } }, true],
      ['-p tcp -m tcp --syn', {}, true],
      ['-p tcp -m tcp --tcp-option 5', {}, 'unknown'],
      ['-p tcp -m tcp --dport 81 --tcp-option 5', {}, false],
      ['-p tcp -m tcp --dport 80 --frobnicate 5', {}, 'unknown'],
      ['-p tcp -m tcp --dport http', {}, 'unknown'],
      ['-p tcp -m tcp --dport 80 --dport 81', {}, 'unknown'],
      ['-p tcp -m tcp --dport 65536', {}, 'unknown'],
      ['-p tcp -m tcp --tcp-flags SYN,ECE SYN', {}, 'unknown'],
    ],
  ],
  [
    'udp and sctp',
    [
      ['-p udp -m udp --dport 53', { packet: { ...udp, dport: 53 } }, true],
      ['-p udp -m udp ! --dport 53', { packet: { ...udp, dport: 53 } }, false],
      ['-m udp --dport 80', {}, false],
      ['-p sctp -m sctp --sport 1:2', { packet: { protocol: 132, sport: 2 } }, true],
      ['-p sctp -m sctp ! --dport 7', { packet: { protocol: 132, dport: 7 } }, false],
      ['-p sctp -m sctp --chunk-types any INIT', { packet: { protocol: 132 } }, 'unknown'],
    ],
  ],
  [
    'icmp',
    [
      ['-p icmp -m icmp --icmp-type 8', { packet: ping }, true],
      ['-p icmp -m icmp ! --icmp-type 8', { packet: ping }, false],
      ['-p icmp -m icmp --icmp-type 8/1', { packet: ping }, false],
      ['-p icmp -m icmp ! --icmp-type 3/4', { packet: ping }, true],
      ['-p icmp -m icmp --icmp-type any', { packet: ping }, true],
      ['-p icmp -m icmp --icmp-type any', {}, false],
      ['-m icmp ! --icmp-type 8', {}, false],
      ['-p icmp -m icmp --icmp-type echo-request', { packet: ping }, 'unknown'],
      ['-p icmp -m icmp --icmp-type any/3', { packet: ping }, 'unknown'],
    ],
  ],
  [
    'multiport',
    [
      ['-p tcp -m multiport --dports 22,80', {}, true],
      ['-p tcp -m multiport --dports 22,70:90', {}, true],
      ['-p tcp -m multiport ! --dports 22,80', {}, false],
      ['-p tcp -m multiport ! --dports 22,81', {}, true],
      ['-p tcp -m multiport --sports 80', {}, false],
      ['-p tcp -m multiport --ports 40000', {}, true],
      ['-p tcp -m multiport ! --ports 40000', {}, false],
      ['-p tcp -m multiport ! --ports 22', {}, true],
      ['-m multiport ! --dports 22', { packet: ping }, false],
      ['-p tcp -m multiport --dports 22,', {}, 'unknown'],
      ['-p tcp -m multiport --dports ssh', {}, 'unknown'],
    ],
  ],
  [
    'conntrack',
    [
      ['-m conntrack --ctstate NEW', {}, true],
      ['-m conntrack --ctstate RELATED,ESTABLISHED', {}, false],
      ['-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT', {}, true],
      ['-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT', { tracking: tracked('NEW', { dnat: true }) }, false],
      ['-m conntrack --ctstate DNAT', { tracking: tracked('NEW', { dnat: true }) }, true],
      ['-m conntrack --ctstate SNAT', { tracking: tracked('NEW', { dnat: true }) }, false],
      ['-m conntrack --ctstate INVALID', { tracking: none('INVALID') }, true],
      ['-m conntrack --ctstate UNTRACKED', { tracking: none('UNTRACKED') }, true],
      ['-m conntrack --ctstate NEW', { tracking: none('INVALID') }, false],
      ['-m conntrack ! --ctstate NEW', { tracking: none('INVALID') }, true],
      // Without an entry no other option fits, negated or not; a true state makes the others not matter.
      ['-m conntrack --ctorigdst 10.0.0.3', { tracking: none('UNTRACKED') }, false],
      ['-m conntrack ! --ctorigdst 10.0.0.3', { tracking: none('UNTRACKED') }, false],
      ['-m conntrack ! --ctstate NEW --ctorigdst 9.9.9.9', { tracking: none('UNTRACKED') }, true],
      ['-m conntrack --ctstate NEW --ctorigdst 10.0.0.3', { tracking: none('UNTRACKED') }, false],
      ['-m conntrack --ctorigdst 10.0.0.3', {}, true],
      ['-m conntrack ! --ctorigsrc 10.0.0.0/8', {}, false],
      ['-m conntrack --ctreplsrc 10.0.0.3 --ctrepldst 10.0.0.2', {}, true],
      ['-m conntrack --ctorigsrcport 40000 --ctorigdstport 80', {}, true],
      ['-m conntrack --ctreplsrcport 80 --ctrepldstport 40001:40002', {}, false],
      ['-m conntrack --ctproto 6', {}, true],
      ['-m conntrack ! --ctproto 6', {}, false],
      ['-m conntrack --ctdir ORIGINAL', {}, true],
      ['-m conntrack ! --ctdir ORIGINAL', { tracking: tracked('ESTABLISHED', {}, 'reply') }, true],
      ['-m conntrack --ctstatus SEEN_REPLY', { tracking: tracked('ESTABLISHED', { replied: true }) }, true],
      ['-m conntrack --ctstatus SEEN_REPLY', {}, false],
      ['-m conntrack --ctstatus NONE', {}, false],
      ['-m conntrack --ctstatus ASSURED', {}, false],
      ['-m conntrack --ctstatus CONFIRMED', {}, 'unknown'],
      ['-m conntrack --ctexpire 5:6', {}, 'unknown'],
      ['-m conntrack --ctexpire 5:6 --ctproto 17', {}, false],
      ['-m conntrack --ctstate NEW,FROBNICATED', {}, 'unknown'],
      ['-m conntrack --ctorigdst fd00::1', {}, 'unknown'],
    ],
  ],
  [
    'state',
    [
      ['-m state --state NEW,RELATED', {}, true],
      ['-m state ! --state NEW,RELATED', {}, false],
      ['-m state --state INVALID', { tracking: none('INVALID') }, true],
      ['-m state --state DNAT', {}, 'unknown'],
    ],
  ],
  [
    'mark',
    [
      ['-m mark --mark 0x4000/0x4000', { packet: { mark: 0x4001 } }, true],
      ['-m mark ! --mark 0x4000/0x4000', { packet: { mark: 0x4001 } }, false],
      ['-m mark --mark 0x4000', { packet: { mark: 0x4001 } }, false],
      ['-m mark --mark 0x0', {}, true],
      ['-m mark --mark 0x80000000/0x80000000', { packet: { mark: 0x80000001 } }, true],
      ['-m mark --mark 0x3/0x1', { packet: { mark: 3 } }, false],
      ['-m mark --mark 0x100000000', {}, 'unknown'],
    ],
  ],
  [
    'connmark',
    [
      ['-m connmark --mark 0x8/0xff', { tracking: tracked('NEW', { mark: 0x108 }) }, true],
      ['-m connmark ! --mark 0x8/0xff', { tracking: tracked('NEW', { mark: 0x108 }) }, false],
      ['-m connmark --mark 0x0', { tracking: none('INVALID') }, false],
      ['-m connmark ! --mark 0x8', { tracking: none('INVALID') }, false],
    ],
  ],
  [
    'statistic',
    [
      ['-m statistic --mode random --probability 0.25000000000', {}, 0.25],
      ['-m statistic --mode random ! --probability 0.25000000000', {}, 0.75],
      ['-m statistic --mode random --probability 1.00000000000', {}, true],
      ['-m statistic --mode random --probability 0.00000000000', {}, false],
      ['-m statistic --mode nth --every 3 --packet 1', {}, 'unknown'],
      ['-m statistic --mode random --probability 1.5', {}, 'unknown'],
      ['-m statistic --mode hourly', {}, 'unknown'],
    ],
  ],
  [
    'addrtype',
    [
      ['-m addrtype --dst-type LOCAL', { namespace: NAMESPACE }, true],
      ['-m addrtype ! --dst-type LOCAL', { namespace: NAMESPACE }, false],
      ['-m addrtype --src-type LOCAL', { namespace: NAMESPACE }, false],
      ['-m addrtype --src-type UNICAST --dst-type LOCAL', { namespace: NAMESPACE }, true],
      ['-m addrtype --dst-type UNICAST,LOCAL', { namespace: NAMESPACE }, true],
      ['-m addrtype --dst-type LOCAL', { namespace: NAMESPACE, packet: { dst: ip('127.3.2.1') } }, true],
      ['-m addrtype --dst-type BROADCAST', { namespace: NAMESPACE, packet: { dst: ip('10.0.0.255') } }, true],
      ['-m addrtype --dst-type BROADCAST', { packet: { dst: ip('255.255.255.255') } }, true],
      ['-m addrtype --dst-type MULTICAST', { packet: { dst: ip('239.0.0.1') } }, true],
      ['-m addrtype --dst-type LOCAL', { namespace: NAMESPACE, packet: { dst: ip('20.2.0.1') } }, false],
      ['-m addrtype --dst-type BLACKHOLE', { namespace: NAMESPACE, packet: { dst: ip('20.3.0.1') } }, false],
      ['-m addrtype --dst-type UNICAST', { namespace: NAMESPACE, packet: { dst: ip('20.3.0.1') } }, true],
      ['-m addrtype --dst-type LOCAL --limit-iface-in', { namespace: NAMESPACE }, true],
      ['-m addrtype --dst-type LOCAL --limit-iface-in', { namespace: NAMESPACE, iif: 'eth1' }, false],
      ['-m addrtype --dst-type UNICAST --limit-iface-out', { namespace: NAMESPACE }, true],
      ['-m addrtype --dst-type LOCAL', { namespace: WITHOUT_ROUTES }, 'unknown'],
      ['-m addrtype --dst-type FROBNICATED', { namespace: NAMESPACE }, 'unknown'],
    ],
  ],
  [
    'physdev',
    [
      ['-m physdev --physdev-in veth1', bridge('veth2'), true],
      ['-m physdev --physdev-in veth+ ! --physdev-out veth2', bridge('veth2'), false],
      ['-m physdev --physdev-is-bridged', bridge('veth2'), true],
      ['-m physdev --physdev-is-bridged', bridge(undefined), false],
      ['-m physdev ! --physdev-is-bridged', bridge(undefined), true],
      ['-m physdev --physdev-is-in', bridge(undefined), true],
      ['-m physdev --physdev-is-out', bridge(undefined), false],
      ['-m physdev --physdev-out veth2', bridge(undefined), false],
      ['-m physdev --physdev-in veth1', {}, false],
      ['-m physdev ! --physdev-in veth1', {}, true],
      ['-m physdev ! --physdev-in veth1 --physdev-is-in', {}, false],
    ],
  ],
  [
    'limits: a bucket starts full',
    [
      ['-m limit --limit 5/min', {}, true],
      ['-m limit --limit 5/min --limit-burst 9', {}, true],
      ['-m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip --hashlimit-name x', {}, true],
      ['-m hashlimit --hashlimit-above 5/sec --hashlimit-burst 5 --hashlimit-name y', {}, false],
      ['-m connlimit --connlimit-above 5 --connlimit-mask 32 --connlimit-saddr', {}, false],
      ['-m connlimit --connlimit-upto 5 --connlimit-mask 32 --connlimit-saddr', {}, true],
      ['-m connlimit --connlimit-upto 0 --connlimit-mask 32 --connlimit-saddr', {}, 'unknown'],
    ],
  ],
  [
    'iprange',
    [
      ['-m iprange --src-range 10.0.0.1-10.0.0.2', {}, true],
      ['-m iprange --src-range 10.0.0.3-10.0.0.9', {}, false],
      ['-m iprange ! --src-range 10.0.0.3-10.0.0.9', {}, true],
      ['-m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.0.0.3-10.0.0.3', {}, false],
      ['-m iprange --src-range 10.0.0.1-x', {}, 'unknown'],
    ],
  ],
  [
    'length, ttl, tos, dscp',
    [
      ['-m length --length 60', {}, true],
      ['-m length --length 0:59', {}, false],
      ['-m length ! --length 61:65535', {}, true],
      ['-m ttl --ttl-eq 64', {}, true],
      ['-m ttl ! --ttl-eq 64', {}, false],
      ['-m ttl --ttl-lt 64', {}, false],
      ['-m ttl --ttl-gt 63', {}, true],
      ['-m tos --tos 0x10/0x3f', { packet: { tos: 0x50 } }, true],
      ['-m tos ! --tos 0x10/0xff', { packet: { tos: 0x50 } }, true],
      ['-m dscp --dscp 0x08', { packet: { tos: 0x21 } }, true],
      ['-m dscp ! --dscp 0x08', { packet: { tos: 0x21 } }, false],
      ['-m ttl --ttl-eq 300', {}, 'unknown'],
    ],
  ],
  [
    'owner',
    [
      ['-m owner --uid-owner 1000', { socket: { uid: 1000 } }, true],
      ['-m owner --uid-owner 999-1001', { socket: { uid: 1000 } }, true],
      ['-m owner ! --uid-owner 1337', { socket: { uid: 1000 } }, true],
      ['-m owner ! --uid-owner 1000', { socket: { uid: 1000 } }, false],
      ['-m owner --uid-owner 1000', {}, false],
      ['-m owner ! --uid-owner 1000', {}, true],
      ['-m owner ! --uid-owner 1000 ! --gid-owner 1', {}, true],
      ['-m owner ! --uid-owner 1000 --gid-owner 1', {}, false],
      ['-m owner --uid-owner 1000', { socket: { uid: undefined } }, 'unknown'],
      ['-m owner --gid-owner 5', { socket: { uid: 0 } }, 'unknown'],
      ['-m owner --gid-owner 5 --uid-owner 7', { socket: { uid: 0 } }, false],
      ['-m owner --socket-exists', { socket: { uid: 0 } }, true],
      ['-m owner ! --socket-exists', { socket: { uid: 0 } }, false],
      ['-m owner --socket-exists', {}, false],
      ['-m owner --uid-owner root', { socket: { uid: 0 } }, 'unknown'],
    ],
  ],
  [
    'pkttype',
    [
      ['-m pkttype --pkt-type unicast', {}, true],
      ['-m pkttype ! --pkt-type unicast', {}, false],
      ['-m pkttype --pkt-type broadcast', { namespace: NAMESPACE, packet: { dst: ip('10.0.0.255') } }, true],
      ['-m pkttype --pkt-type multicast', { packet: { dst: ip('224.0.0.1') } }, true],
      ['-m pkttype --pkt-type unicast', { namespace: WITHOUT_ROUTES }, 'unknown'],
    ],
  ],
  [
    'recent',
    [
      ['-m recent --set --name x --mask 255.255.255.255 --rsource', {}, true],
      ['-m recent ! --set --name x --mask 255.255.255.255 --rsource', {}, false],
      ['-m recent --rcheck --seconds 10800 --reap --name x --mask 255.255.255.255 --rsource', {}, 'unknown'],
      ['-m recent --update --name x --mask 255.255.255.255 --rsource', {}, 'unknown'],
    ],
  ],
  [
    'socket',
    [
      ['-m socket', { namespace: listener({ local: ip('10.0.0.3') }) }, true],
      ['-m socket', { namespace: listener({}) }, false],
      ['-m socket --nowildcard', { namespace: listener({}) }, true],
      ['-m socket --nowildcard', { namespace: listener({ family: 6 }) }, true],
      ['-m socket --nowildcard', { namespace: listener({ family: 6, v6only: true }) }, false],
      ['-m socket', { namespace: listener({ local: ip('10.0.0.3'), localPort: 81 }) }, false],
      ['-m socket', { namespace: listener({ state: 'connected', local: ip('10.0.0.3'), peer: SYN.src, peerPort: SYN.sport }) }, true],
      ['-m socket', { namespace: listener({ state: 'connected', local: ip('10.0.0.3'), peer: SYN.src, peerPort: 1 }) }, false],
      ['-m socket --transparent', { namespace: listener({ local: ip('10.0.0.3') }) }, 'unknown'],
      ['-m socket --transparent', { namespace: listener({ local: ip('10.0.0.4') }) }, false],
      ['-m socket', { namespace: { ...EMPTY, gaps: [{ topic: 'sockets', kind: 'missing', why: '' }] } }, 'unknown'],
    ],
  ],
  [
    'policy',
    [
      ['-m policy --dir in --pol none', {}, true],
      ['-m policy --dir out --pol ipsec', {}, false],
      ['-m policy --dir in --pol ipsec --strict --reqid 1 --proto esp', {}, false],
      ['-m policy --dir in --pol none', { namespace: { ...EMPTY, gaps: [{ topic: 'xfrm', kind: 'unsupported', why: '' }] } }, 'unknown'],
    ],
  ],
  ['nfacct', [['-m nfacct --nfacct-name  ct_state_invalid_dropped_pkts', {}, true]]],
  [
    'mac',
    [
      ['-m mac --mac-source 00:11:22:33:44:aa', {}, 'unknown'],
      ['-m mac --mac-source 00:11:22:33:44:AA', { frame: { source: '00:11:22:33:44:aa', destination: undefined } }, true],
      ['-m mac ! --mac-source 00:11:22:33:44:aa', { socket: { uid: 0 } }, false],
      ['-m mac --mac-source 00:11', {}, 'unknown'],
    ],
  ],
  [
    'helper, cgroup, quota, rpfilter',
    [
      ['-m helper --helper ftp', {}, false],
      ['-m helper ! --helper ftp', {}, true],
      ['-m helper --helper ftp', { tracking: tracked('RELATED') }, 'unknown'],
      ['-m cgroup --cgroup 1', { socket: { uid: 0 } }, 'unknown'],
      ['-m cgroup ! --path a', {}, false],
      ['-m quota --quota 59', {}, false],
      ['-m quota ! --quota 59', {}, true],
      ['-m quota --quota 60', {}, 'unknown'],
      ['-m rpfilter', { namespace: WITHOUT_ROUTES }, 'unknown'],
      ['-m rpfilter ! --invert', {}, 'unknown'],
    ],
  ],
  [
    'devgroup, of devices that are not in the dump',
    [
      ['-m devgroup --src-group 5', {}, 'unknown'],
      ['-m devgroup ! --dst-group default', {}, 'unknown'],
    ],
  ],
  [
    'what is not evaluated is unknown',
    [
      ['-m time --timestart 10:00:00 --timestop 23:59:59 --datestop 2038-01-19T03:14:07', {}, 'unknown'],
      ['-m string --string "a b" --algo bm --to 65', {}, 'unknown'],
      ['-m u32 --u32 "0x6&0xff=0x1"', {}, 'unknown'],
      ['-m bpf --object-pinned x', {}, 'unknown'],
      ['-m cpu --cpu 0', {}, 'unknown'],
      ['-m conntrack [unsupported revision]', {}, 'unknown'],
      ['-p udp -m bpf --object-pinned x', {}, false],
    ],
  ],
])('%s', (_match, rows) => {
  test.each(rows)('%s of %j: %s', (args, given, result) => {
    expect(fits(ruleOf(args), context(given))).toBe(result);
  });
});

describe('IPv6', () => {
  const packet = { src: ip('fd00::2'), dst: ip('fd00::3') };
  test.each<Row6>([
    ['-s fd00::/64', {}, true],
    ['! -d fd00::3/128', {}, false],
    ['-s 10.0.0.0/8', {}, 'unknown'],
    ['-p ipv6-icmp -m icmp6 --icmpv6-type 135', { packet: { ...packet, protocol: 58, icmp: { type: 135, code: 0 } } }, true],
    ['-p ipv6-icmp -m icmp6 ! --icmpv6-type 135', { packet: { ...packet, protocol: 58, icmp: { type: 135, code: 0 } } }, false],
    ['-m hl --hl-eq 64', {}, true],
    ['-m hl ! --hl-eq 64', {}, false],
    ['-m hl --hl-lt 255', {}, true],
    ['-m addrtype --dst-type LOCAL', { namespace: NAMESPACE }, true],
    ['-m addrtype --dst-type UNICAST', { namespace: NAMESPACE }, true],
    ['-m addrtype --dst-type UNICAST,LOCAL', { namespace: NAMESPACE }, true],
    ['-m addrtype --dst-type UNICAST,LOCAL', { packet: { ...packet, dst: ip('fd00::4') }, namespace: NAMESPACE }, false],
    ['-m addrtype --dst-type MULTICAST', { packet: { ...packet, dst: ip('ff02::1') }, namespace: NAMESPACE }, true],
    ['-m addrtype --dst-type UNREACHABLE', { namespace: NAMESPACE }, 'unknown'],
    ['-m iprange --src-range fd00::1-fd00::9', {}, true],
    ['-m iprange --src-range 10.0.0.1-10.0.0.2', {}, 'unknown'],
  ])('%s of %j: %s', (args, given, result) => {
    expect(fits(ruleOf(args, { family: 'ip6' }), context({ packet, ...given }))).toBe(result);
  });
});

describe('what the IP version does not have is unknown', () => {
  test.each<['ip' | 'ip6', string]>([
    ['ip6', '-m ttl --ttl-eq 64'],
    ['ip6', '-p icmp -m icmp --icmp-type 8'],
    ['ip6', '-f'],
    ['ip', '-m hl --hl-eq 64'],
    ['ip', '-p ipv6-icmp -m icmp6 --icmpv6-type 128'],
    ['ip', '-m frag --fragfirst'],
    ['ip', '-m rt --rt-type 0'],
    ['ip', '-p ipv6-mh -m mh --mh-type 1'],
  ])('%s %s', (family, args) => {
    const results = ruleOf(args, { family }).matches.map((match) => match.test(context()));
    expect(results.at(-1)).toMatchObject({ kind: 'unknown' });
  });
});

test.each([
  '-p tcp -m multiport --dports 1,2:',
  '-p tcp -m multiport --dports :2',
  '-m mark --mark 010',
  '-p tcp -m tcp --dport 08',
  '-m ttl ! --ttl-lt 5',
  '-i a-name-of-sixteen',
  '-m physdev --physdev-in a-name-of-sixteen',
  '-m conntrack --ctexpire 4294967296',
])('%s: iptables has no such rule; it is unknown', (args) => {
  expect(fits(ruleOf(args), context())).toBe('unknown');
});
