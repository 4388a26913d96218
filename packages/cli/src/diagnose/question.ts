import type { FlagValues } from '@skoop/core';
import { isSet, numberOf, textOf } from '../config/values.ts';
import { usageError } from '../errors/usage-error.ts';

/** What is asked, as text: what it means needs the cluster. */
export interface Asked {
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  readonly port: number | string | undefined;
  readonly sport: number | undefined;
  readonly reply: boolean;
}

/** From the two arguments or from `-s` and `-d`, or one of each. */
export function askedOf(args: readonly string[], values: FlagValues): Asked {
  const rest = [...args];
  const flagSource = textOf(values, 'src');
  const flagDestination = textOf(values, 'dst');
  const source = flagSource ?? rest.shift();
  const destination = flagDestination ?? rest.shift();
  if (rest.length > 0)
    throw usageError(`there is an argument too many: ${rest.join(' ')}`, 'FROM and TO are given once: as arguments, or with -s and -d.');
  if (source === undefined || destination === undefined) {
    throw usageError(
      `${source === undefined ? 'the source' : 'the destination'} is missing`,
      '`skoop diagnose FROM TO[:PORT]`, or `skoop -s FROM -d TO -p PORT`.',
    );
  }
  const sport = numberOf(values, 'sport');
  if (sport !== undefined && (sport < 0 || sport > 65535))
    throw usageError(`--sport: ${String(sport)} is no port`, 'A port is between 0 and 65535.');
  return {
    source,
    destination,
    protocol: protocolOf(textOf(values, 'protocol')),
    port: portOf(textOf(values, 'dport')),
    sport,
    reply: !isSet(values, 'no-reply'),
  };
}

function protocolOf(text: string | undefined): Asked['protocol'] {
  return text === 'udp' || text === 'sctp' || text === 'icmp' ? text : 'tcp';
}

function portOf(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  if (!/^-?\d+$/.test(text)) return text;
  const port = Number(text);
  if (port < 0 || port > 65535)
    throw usageError(`-p ${text}: that is no port`, "A port is a number between 1 and 65535, or a port's name.");
  return port;
}
