/** Names of ICMP errors, those of iptables' `--reject-with` where it has one; by `TYPE/CODE`. */
const ICMP: Readonly<Record<string, string>> = {
  '3/0': 'net-unreachable',
  '3/1': 'host-unreachable',
  '3/2': 'proto-unreachable',
  '3/3': 'port-unreachable',
  '3/4': 'fragmentation-needed',
  '3/9': 'net-prohibited',
  '3/10': 'host-prohibited',
  '3/13': 'admin-prohibited',
  '11/0': 'time-exceeded',
};
const ICMP6: Readonly<Record<string, string>> = {
  '1/0': 'no-route',
  '1/1': 'adm-prohibited',
  '1/3': 'addr-unreachable',
  '1/4': 'port-unreachable',
  '1/5': 'policy-fail',
  '1/6': 'reject-route',
  '2/0': 'packet-too-big',
  '3/0': 'time-exceeded',
  '4/1': 'unrecognized-next-header',
};

/** `icmp-3/1` → `icmp-host-unreachable`; what has no name, and `errno-…` and `tcp-reset`, stay as they are. */
export function errorKind(kind: string): string {
  const [, version, code] = /^icmp(v6)?-(\d+\/\d+)$/.exec(kind) ?? [];
  if (code === undefined) return kind;
  const name = (version === undefined ? ICMP : ICMP6)[code];
  if (name === undefined) return kind;
  return `${version === undefined ? 'icmp' : 'icmp6'}-${name}`;
}
