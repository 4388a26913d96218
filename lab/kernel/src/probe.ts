/** A packet to send. */
export interface Probe {
  /** The namespace of the process that sends it. */
  readonly from: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly dst: string;
  /** 0 for an echo. */
  readonly dport: number;
  /** Without it, the kernel chooses. */
  readonly src?: string;
  /** Default 40000; the identifier of an echo. */
  readonly sport?: number;
  readonly mark?: number;
  /** The TOS byte; of a datagram in IPv4. */
  readonly tos?: number;
  /** The device that the socket is bound to. */
  readonly device?: string;
  readonly ttl?: number;
  readonly uid?: number;
  /** Total length of the IP packet; of a datagram or an echo. */
  readonly size?: number;
  /** IPv4: with it, size is not asked about before sending. */
  readonly df?: boolean;
  /** Connections that were there before stay, and count. */
  readonly tracked?: boolean;
}

const WORDS = ['sport', 'mark', 'tos', 'ttl', 'uid', 'size'] as const;

/**
 * Reads `NAMESPACE PROTOCOL DESTINATION[:PORT]`, and after it `src ADDRESS`, `device NAME`, `sport N`, `mark N`, `tos N`, `ttl N`, `uid N`, `size N`, `df`,
 * `nodf`, `tracked`: `x tcp 10.9.1.2:80 mark 7`, `x udp [fd00::2]:9`, `x icmp 10.9.1.2`.
 *
 * @throws RangeError where the text is no probe
 */
export function parseProbe(text: string): Probe {
  const [from = '', protocol, to = '', ...words] = text.split(' ');
  const [, bracketed, plain, port = '0'] = /^(?:\[(.+)\]|([^:]+|[^[\]]*:[^[\]]*:[^[\]]*))(?::(\d+))?$/.exec(to) ?? [];
  const dst = bracketed ?? plain;
  if (dst === undefined || (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp'))
    throw new RangeError(`'${text}' is no probe: NAMESPACE tcp|udp|icmp ADDRESS[:PORT] …`);
  const more: Record<string, string | number | boolean> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === 'tracked') more['tracked'] = true;
    else if (word === 'df' || word === 'nodf') more['df'] = word === 'df';
    else if (word === 'src' || word === 'device') more[word] = words[++i] ?? '';
    else if ((WORDS as readonly string[]).includes(word)) more[word] = Number(words[++i]);
    else throw new RangeError(`'${text}': what is ${word}?`);
  }
  return { from, protocol, dst, dport: Number(port), ...more };
}
