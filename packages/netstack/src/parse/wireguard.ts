import { type Ip, parseIp } from '../address/ip.ts';
import { type Prefix, parsePrefix } from '../address/prefix.ts';
import type { Link, WireguardPeer } from '../namespace/link.ts';
import type { SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { parseInteger } from './fields.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

interface Settings {
  publicKey?: string;
  port: number;
  fwmark: number;
  readonly peers: Map<string, WireguardPeer>;
}

/**
 * Links with what `wg show all public-key|listen-port|fwmark|endpoints|allowed-ips` tells of them, each line behind its word. A namespace
 * without such a device has nothing to tell.
 */
export function withPeers(links: readonly Link[], dump: NamespaceDump): Parsed<readonly Link[]> {
  if (!links.some(({ device }) => device.kind === 'wireguard')) return { value: links, gaps: [] };
  const source = read(dump, 'wireguard', 'wireguard');
  const devices = new Map<string, Settings>();
  const bad: SourceLine[] = [];
  for (const line of lines(source)) if (!take(line, devices)) bad.push(line);
  const value = links.map((link) => {
    const settings = devices.get(link.name);
    if (link.device.kind !== 'wireguard' || settings === undefined) return link;
    const { publicKey, port, fwmark, peers } = settings;
    return { ...link, device: { ...link.device, publicKey, port, fwmark, peers: [...peers.values()] } };
  });
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('wireguard', bad)] };
}

/** Is it understood? */
function take(line: SourceLine, devices: Map<string, Settings>): boolean {
  const [word, name, first, second] = line.text.replace(' ', '\t').split('\t');
  if (name === undefined || first === undefined) return false;
  let settings = devices.get(name);
  if (settings === undefined) devices.set(name, (settings = { port: 0, fwmark: 0, peers: new Map() }));
  switch (word) {
    case 'public-key':
      settings.publicKey = first;
      return true;
    case 'listen-port':
      settings.port = parseInteger(first) ?? -1;
      return settings.port >= 0;
    case 'fwmark':
      settings.fwmark = first === 'off' ? 0 : /^0x[0-9a-f]{1,8}$/.test(first) ? Number(first) : -1;
      return settings.fwmark >= 0;
    case 'endpoints': {
      const endpoint = second === '(none)' ? undefined : readEndpoint(second ?? '');
      settings.peers.set(first, { ...peerOf(settings, first, line), endpoint });
      return endpoint !== undefined || second === '(none)';
    }
    case 'allowed-ips': {
      const allowed = second === '(none)' || second === undefined ? [] : second.split(' ').map(parsePrefix);
      settings.peers.set(first, { ...peerOf(settings, first, line), allowed: allowed.filter(isPrefix), source: line });
      return allowed.every(isPrefix);
    }
    default:
      return false;
  }
}

function peerOf({ peers }: Settings, publicKey: string, source: SourceLine): WireguardPeer {
  return peers.get(publicKey) ?? { publicKey, endpoint: undefined, allowed: [], source };
}

function isPrefix(prefix: Prefix | undefined): prefix is Prefix {
  return prefix !== undefined;
}

/** `1.2.3.4:51820`, `[fd00::1]:51820`, `[fe80::1%eth0]:51820`. */
function readEndpoint(text: string): { readonly ip: Ip; readonly port: number } | undefined {
  const parts = /^\[?([0-9a-fA-F.:]+)(?:%[^\]]+)?\]?:(\d{1,5})$/.exec(text);
  const ip = parseIp(parts?.[1] ?? '');
  const port = parseInteger(parts?.[2] ?? '');
  return ip === undefined || port === undefined || port > 0xffff ? undefined : { ip, port };
}
