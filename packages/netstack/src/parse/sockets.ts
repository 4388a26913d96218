import { type Ip, parseIp } from '../address/ip.ts';
import type { Socket } from '../namespace/socket.ts';
import { TCP, UDP } from '../packet/protocol.ts';
import type { SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

/** `ss -H -O -ntu -a -e`: what can receive a packet; TIME-WAIT and closed TCP sockets can't. */
export function parseSockets(dump: NamespaceDump): Parsed<readonly Socket[]> {
  const source = read(dump, 'ss', 'sockets');
  const all = lines(source).filter((line) => !/^Netid\b/.test(line.text));
  // Old versions print `*:80` for an IPv4 wildcard and `:::80` for IPv6; newer ones `0.0.0.0:80`, `[::]:80`, `*:80` for both.
  const old = !all.some((line) => /\s(?:0\.0\.0\.0[:%]|\[)/.test(line.text));
  const value: Socket[] = [];
  const bad: SourceLine[] = [];
  for (const line of all) {
    const socket = readSocket(line, old);
    if (socket === undefined) bad.push(line);
    else if (socket !== 'none') value.push(socket);
  }
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('sockets', bad)] };
}

function readSocket(line: SourceLine, old: boolean): Socket | 'none' | undefined {
  const [netid, stateName, , , localText, peerText, ...rest] = line.text.split(/\s+/);
  const protocol = netid === 'tcp' ? TCP : netid === 'udp' ? UDP : undefined;
  if (protocol === undefined || stateName === undefined || localText === undefined || peerText === undefined) return undefined;
  const v6only = attribute(rest, 'v6only');
  const local = readEnd(localText, old && v6only === undefined);
  const peer = readEnd(peerText, old && v6only === undefined);
  if (local === undefined || peer === undefined) return undefined;
  if (stateName === 'TIME-WAIT' || (protocol === TCP && stateName === 'UNCONN')) return 'none';
  return {
    protocol,
    state: stateName === 'LISTEN' ? 'listen' : stateName === 'UNCONN' ? 'unconnected' : 'connected',
    local: local.address,
    localPort: local.port,
    peer: peer.address,
    peerPort: peer.port,
    family: local.family,
    v6only: v6only === undefined ? local.v6only : v6only === '1',
    device: local.device,
    uid: Number.parseInt(attribute(rest, 'uid') ?? '0', 10) || 0,
    source: line,
  };
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  const found = attributes.find((it) => it.startsWith(`${name}:`));
  return found?.slice(name.length + 1);
}

interface End {
  readonly address: Ip | 'any';
  readonly port: number;
  readonly family: 4 | 6;
  readonly v6only: boolean;
  readonly device: string | undefined;
}

/** `0.0.0.0:53`, `10.0.0.1%eth0:54`, `[fe80::1]%eth0:546`, `*:81` (IPv6 that takes IPv4 as well), `[::]:82` (IPv6 alone). */
function readEnd(text: string, starIsIpv4: boolean): End | undefined {
  const colon = text.lastIndexOf(':');
  const portText = text.slice(colon + 1);
  if (colon < 0 || !/^(?:\*|\d{1,5})$/.test(portText)) return undefined;
  const port = portText === '*' ? 0 : Number(portText);
  const percent = text.indexOf('%');
  const device = percent < 0 ? undefined : text.slice(percent + 1, colon).replace(/\]$/, '');
  const host = text.slice(0, percent < 0 ? colon : percent).replace(/^\[|\]$/g, '');
  const bracketed = text.startsWith('[');
  if (host === '*') return { address: 'any', port, family: starIsIpv4 ? 4 : 6, v6only: false, device };
  const ip = parseIp(host);
  if (ip === undefined || port > 65535) return undefined;
  if (typeof ip === 'number') return { address: ip === 0 ? 'any' : ip, port, family: 4, v6only: false, device };
  // ::ffff:a.b.c.d: an IPv6 socket that speaks IPv4.
  if (ip >> 32n === 0xffffn) return { address: Number(ip & 0xffffffffn) || 'any', port, family: 4, v6only: false, device };
  return { address: ip === 0n ? 'any' : ip, port, family: 6, v6only: bracketed && ip === 0n, device };
}
