import { parseProbe } from '../probe.ts';

/** A packet as a shell command that sends it, in the namespace that sends it. */
export function sendingCommand(text: string): string {
  const { from, protocol, dst, dport, src, sport, mark, ttl, uid, size, df } = parseProbe(text);
  const six = dst.includes(':');
  const kinds = { tcp: 's.SOCK_STREAM', udp: 's.SOCK_DGRAM', icmp: `s.SOCK_DGRAM,${six ? 's.IPPROTO_ICMPV6' : 's.IPPROTO_ICMP'}` };
  const lines = [
    'import os, socket as s',
    ...(uid === undefined ? [] : [`os.seteuid(${String(uid)})`]),
    `k = s.socket(${six ? 's.AF_INET6' : 's.AF_INET'}, ${kinds[protocol]})`,
    ...(uid === undefined ? [] : ['os.seteuid(0)']),
    ...(mark === undefined ? [] : [`k.setsockopt(1, 36, ${String(mark)})`]),
    ...(ttl === undefined ? [] : [six ? `k.setsockopt(41, 16, ${String(ttl)})` : `k.setsockopt(0, 2, ${String(ttl)})`]),
    ...(df === undefined ? [] : [`k.setsockopt(0, 10, ${df ? '3' : '0'})`]),
    'k.settimeout(5)',
    `k.bind(("${src ?? (six ? '::' : '0.0.0.0')}", ${String(sport ?? 40000)}))`,
    `k.connect(("${dst}", ${String(dport)}))`,
  ];
  const length = Math.max(8, (size ?? 0) - (six ? 40 : 20) - (protocol === 'icmp' ? 0 : 8));
  if (protocol === 'icmp') lines.push(`k.send(bytes([${six ? '128' : '8'}]) + bytes(${String(length - 1)}))`, 'print(k.recv(100))');
  if (protocol === 'udp') lines.push(`k.send(bytes(${String(length)}))`, 'print(k.recv(100))');
  return `ip netns exec ${from} python3 - <<'SEND'\n${lines.join('\n')}\nSEND`;
}
