import { type TraceRequest, familyOf, parseIp } from '@skoop/netstack';
import type { Machine, Places } from './places.ts';

/** A question as it stands on a line of `--batch`, and as flags say it. */
export interface RequestFields {
  readonly in: string;
  readonly iif?: string | undefined;
  readonly src?: string | undefined;
  readonly dst: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
  readonly mark?: number | undefined;
  readonly uid?: number | undefined;
  readonly ttl?: number | undefined;
  readonly length?: number | undefined;
  readonly df?: boolean | undefined;
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
  readonly reply?: boolean | undefined;
}

const NUMBERS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** What the model is asked; a text is what is wrong with the question. */
export function toTraceRequest(fields: RequestFields, places: Places, machines: ReadonlyMap<string, Machine>): TraceRequest | string {
  const place = places.find(fields.in);
  if (typeof place === 'string') return `in: ${place}`;
  const dst = parseIp(fields.dst);
  if (dst === undefined) return `dst: "${fields.dst}" is no IP address`;
  const src = fields.src === undefined ? undefined : parseIp(fields.src);
  if (fields.src !== undefined && src === undefined) return `src: "${fields.src}" is no IP address`;
  if (src !== undefined && familyOf(src) !== familyOf(dst)) return 'src and dst: one is IPv4, the other IPv6';
  if (fields.protocol !== 'icmp' && fields.dport === undefined) return `dport: ${fields.protocol} needs a destination port`;
  if (fields.protocol !== 'icmp' && fields.icmp !== undefined) return `icmp: the protocol is ${fields.protocol}`;
  const origin = originOf(fields, place, machines);
  if (typeof origin === 'string') return origin;
  if (origin.kind === 'wire' && src === undefined) return 'src: a packet that arrives on a device (iif) needs a source address';
  return {
    origin,
    dst,
    protocol: fields.protocol === 'icmp' ? (familyOf(dst) === 4 ? 1 : 58) : NUMBERS[fields.protocol],
    dport: fields.dport ?? 0,
    src,
    sport: fields.sport,
    tracked: fields.sport !== undefined,
    icmp: fields.icmp,
    mark: fields.mark,
    ttl: fields.ttl,
    length: fields.length,
    df: fields.df,
    reply: fields.reply,
  };
}

function originOf(
  fields: RequestFields,
  place: { readonly host: string; readonly namespace: string },
  machines: ReadonlyMap<string, Machine>,
): TraceRequest['origin'] | string {
  if (fields.iif === undefined) return { kind: 'socket', host: place.host, namespace: place.namespace, uid: fields.uid };
  const namespace = machines.get(place.host)?.host.namespaces.get(place.namespace);
  if (namespace?.links.some((link) => link.name === fields.iif) !== true) {
    const names = namespace?.links.map((link) => link.name).join(', ') ?? '';
    return `iif: there is no device "${fields.iif}" in ${fields.in}: there are ${names}`;
  }
  return { kind: 'wire', ...place, device: fields.iif };
}
