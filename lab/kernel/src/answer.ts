import { formatIp, type Trace, type TracePath, type Verdict } from '@skoop/netstack';

/** What became of one packet, told by the kernel or by the model, in words that can be compared. */
export interface Answer {
  readonly verdict: Verdict;
  /** Who got it, and how it looked there; unset where that can't be seen: a handshake that stays half open shows nobody. */
  readonly received: Receipt | 'nobody' | undefined;
  /** `errno-EHOSTUNREACH`, `icmp-3/1`, `icmpv6-1/0`, `tcp-reset`. */
  readonly error: string | undefined;
  /** Who reports an ICMP error. */
  readonly errorFrom: string | undefined;
  /** Kernel: the same error as errno or as ICMP, where the sender's own kernel may have reported it. */
  readonly own?: string;
}

export interface Receipt {
  readonly namespace: string;
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  /** These are only seen for UDP; unset in the model where it can't tell. */
  readonly mark: number | undefined;
  readonly ttl?: number | undefined;
  readonly tos?: number | undefined;
  /** The model's: where the kernel takes a source port at random, the ports that it may take. */
  readonly sports?: { readonly from: number; readonly to: number };
}

/** `delivered y<-10.9.0.2:40000 at 10.9.1.2:80`, `rejected icmp-3/1 from 10.9.0.1`, `dropped`, `dropped after y<-…`. */
export function describeAnswer({ verdict, received, error, errorFrom }: Answer): string {
  const receipt = received === undefined || received === 'nobody' ? undefined : describeReceipt(received);
  switch (verdict) {
    case 'delivered':
      return receipt === undefined ? verdict : `${verdict} ${receipt}`;
    case 'rejected':
      return `${verdict} ${error ?? 'by nobody'}${errorFrom === undefined ? '' : ` from ${errorFrom}`}`;
    case 'dropped':
      return receipt === undefined ? verdict : `${verdict} after ${receipt}`;
    case 'unknown':
      return verdict;
    default:
      return verdict satisfies never;
  }
}

function describeReceipt({ namespace, src, sport, dst, dport, mark }: Receipt): string {
  const marked = mark === undefined || mark === 0 ? '' : ` mark 0x${mark.toString(16)}`;
  return `${namespace}<-${host(src)}:${String(sport)} at ${host(dst)}:${String(dport)}${marked}`;
}

function host(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** What the model says: one answer for every way that the packet can take. `named` turns a namespace's id into the laboratory's name. */
export function answersOf(trace: Trace, named: (id: string) => string): readonly Answer[] {
  return trace.paths.flatMap((path, index) => {
    if (path.direction !== 'forward') return [];
    const reply = trace.paths.find((other) => other.replyTo === index);
    const verdict = conversation(path, reply);
    const { received, error } = path;
    return [
      {
        verdict,
        received:
          received === undefined
            ? 'nobody'
            : {
                namespace: named(received.namespace),
                src: formatIp(received.packet.src),
                sport: received.packet.sport,
                dst: formatIp(received.packet.dst),
                dport: received.packet.dport,
                // What does not decide where a packet goes may differ between ways that otherwise end alike.
                ...(path.assumptions.length > 0
                  ? { mark: undefined }
                  : { mark: received.packet.mark, ttl: received.packet.ttl, tos: received.packet.tos }),
                ...(received.packet.chosen?.side === 'sport' ? { sports: received.packet.chosen } : {}),
              },
        error: verdict === 'rejected' ? error?.kind : undefined,
        errorFrom: verdict === 'rejected' && error?.kind.startsWith('icmp') && error.from !== undefined ? formatIp(error.from) : undefined,
      },
    ];
  });
}

/** There and back together; see {@link TracePath.verdict}. */
function conversation(path: TracePath, reply: TracePath | undefined): Verdict {
  if ((path.verdict !== 'delivered' && path.verdict !== 'rejected') || reply === undefined || reply.verdict === 'delivered')
    return path.verdict;
  return reply.verdict === 'unknown' ? 'unknown' : 'dropped';
}
