import { type Family, type Ip, familyOf, parseIp } from '../../address/ip.ts';
import { readNumber } from '../parse/values.ts';

export interface NatPorts {
  readonly from: number;
  readonly to: number;
  readonly base?: number;
}

/** Reads `80`, `80-90` or `80-90/8080`. */
export function readNatPorts(text: string): NatPorts | undefined {
  const parts = /^(\d{1,5})(?:-(\d{1,5})(?:\/(\d{1,5}))?)?$/.exec(text);
  if (parts === null) return undefined;
  const from = readNumber(parts[1], 0xffff);
  const to = parts[2] === undefined ? from : readNumber(parts[2], 0xffff);
  const base = parts[3] === undefined ? undefined : readNumber(parts[3], 0xffff);
  if (from === undefined || to === undefined || from > to || (parts[3] !== undefined && base === undefined)) return undefined;
  return base === undefined ? { from, to } : { from, to, base };
}

interface NatRange {
  readonly addresses: { readonly from: Ip; readonly to: Ip } | undefined;
  readonly ports: NatPorts | undefined;
}

function readAddresses(text: string, family: Family): NatRange['addresses'] {
  const [from, to, ...more] = text.split('-').map(parseIp);
  const last = text.includes('-') ? to : from;
  if (from === undefined || last === undefined || more.length > 0 || familyOf(from) !== family || familyOf(last) !== family)
    return undefined;
  return { from, to: last };
}

/** Reads `IP[-IP][:PORTS]`, `:PORTS`, and in IPv6 `[IP[-IP]]:PORTS`. */
export function readNatRange(text: string, family: Family): NatRange | undefined {
  const parts =
    family === 4
      ? /^([^:]*)(?::(.*))?$/.exec(text)
      : (/^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? /^()(?::(\d.*))$/.exec(text) ?? /^(.*)$/.exec(text));
  if (parts === null) return undefined;
  const addressText = parts[1] ?? '';
  const portText = parts[2];
  const addresses = addressText === '' ? undefined : readAddresses(addressText, family);
  const ports = portText === undefined ? undefined : readNatPorts(portText);
  if ((addressText !== '' && addresses === undefined) || (portText !== undefined && ports === undefined)) return undefined;
  return addresses === undefined && ports === undefined ? undefined : { addresses, ports };
}
