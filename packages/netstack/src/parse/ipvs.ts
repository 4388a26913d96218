import { type Ip, parseIp } from '../address/ip.ts';
import type { RealServer, VirtualService } from '../namespace/ipvs.ts';
import { SCTP, TCP, UDP } from '../packet/protocol.ts';
import type { Gap, SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['TCP', TCP],
  ['UDP', UDP],
  ['SCTP', SCTP],
]);
const FORWARDS: ReadonlyMap<string, RealServer['forward']> = new Map([
  ['Masq', 'masq'],
  ['Route', 'route'],
  ['Tunnel', 'tunnel'],
  ['Local', 'local'],
]);

/** `/proc/net/ip_vs` (linux: `ip_vs_info_seq_show`). A namespace without IPVS has no such file, and none was collected. */
export function parseIpvs(dump: NamespaceDump): Parsed<readonly VirtualService[]> {
  const source = read(dump, 'ip-vs', 'ipvs');
  const gaps: Gap[] = source.gap === undefined ? [] : [source.gap];
  const bad: SourceLine[] = [];
  const value: (VirtualService & { readonly servers: RealServer[] })[] = [];
  for (const line of lines(source)) {
    if (/^(?:IP Virtual Server|Prot |-> RemoteAddress)/.test(line.text)) continue;
    const service = line.text.startsWith('->') ? undefined : readService(line);
    const server = line.text.startsWith('->') ? readServer(line) : undefined;
    const owner = value.at(-1);
    if (service !== undefined) value.push(service);
    else if (server !== undefined && owner !== undefined) owner.servers.push(server);
    else bad.push(line);
  }
  return { value, gaps: [...gaps, ...unreadable('ipvs', bad)] };
}

/** `TCP  0A600001:01BB rr persistent 10800 FFFFFFFF`, `UDP  [fd00:…]:0035 wlc`, `FWM  00000001 rr`. */
function readService(source: SourceLine): (VirtualService & { readonly servers: RealServer[] }) | undefined {
  const [kind = '', where = '', scheduler, ...flags] = source.text.split(/\s+/);
  if (scheduler === undefined) return undefined;
  const shared = { scheduler, persistent: flags.includes('persistent'), servers: [], source };
  if (kind === 'FWM')
    return /^[0-9A-F]{8}$/i.test(where) ? { match: { kind: 'mark', mark: Number.parseInt(where, 16) }, ...shared } : undefined;
  const protocol = PROTOCOLS.get(kind);
  const end = readEnd(where);
  return protocol === undefined || end === undefined ? undefined : { match: { kind: 'address', protocol, ...end }, ...shared };
}

/** `-> C0A80001:192B      Masq    1      0          0`; the counters at the end move. */
function readServer(source: SourceLine): RealServer | undefined {
  const [, where = '', how = '', weight = ''] = source.text.split(/\s+/);
  const end = readEnd(where);
  const forward = FORWARDS.get(how);
  if (end === undefined || forward === undefined || !/^\d{1,9}$/.test(weight)) return undefined;
  return { ...end, forward, weight: Number(weight), source: { ...source, text: `-> ${where} ${how} ${weight}` } };
}

/** Hexadecimal, IPv6 in brackets. */
function readEnd(text: string): { readonly ip: Ip; readonly port: number } | undefined {
  const parts = /^(?:([0-9A-F]{8})|\[([0-9A-F:.]+)\]):([0-9A-F]{4})$/i.exec(text);
  if (parts === null) return undefined;
  const ip = parts[1] === undefined ? parseIp(parts[2] ?? '') : Number.parseInt(parts[1], 16);
  return ip === undefined ? undefined : { ip, port: Number.parseInt(parts[3] ?? '', 16) };
}
