import type { Pod, Service, ServicePort } from '../cluster/objects.ts';
import { type SkoopError, skoopError } from '../contracts/error.ts';
import { type Result, err, ok } from '../contracts/result.ts';

/** A port that an object offers, as its specification says. */
export interface OfferedPort {
  readonly name: string;
  readonly number: number;
  /** `TCP`, `UDP`, `SCTP`. */
  readonly protocol: string;
}

export function portsOfService(service: Service): readonly OfferedPort[] {
  return service.spec.ports.map((port: ServicePort) => ({ name: port.name, number: port.port, protocol: port.protocol }));
}

export function portsOfPod(pod: Pod): readonly OfferedPort[] {
  return pod.spec.containers.flatMap((container) =>
    container.ports.map((port) => ({ name: port.name, number: port.containerPort, protocol: port.protocol })),
  );
}

export function describePorts(ports: readonly OfferedPort[]): string {
  return ports.map((port) => `${port.name === '' ? '' : `${port.name} `}${String(port.number)}/${port.protocol}`).join(', ');
}

/** What of the question decides on a port. */
export interface PortQuestion {
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** After the colon. */
  readonly written: string | undefined;
  /** Of `-p`; 0 and '' count as absent. */
  readonly flag: number | string | undefined;
  /** The object, for messages: `svc/default/web`. */
  readonly on: string;
  readonly offered: readonly OfferedPort[];
}

/** The port that is sent to; 0 for a protocol that has none. */
export function choosePort(question: PortQuestion): Result<number, SkoopError> {
  const { protocol, written, on, offered } = question;
  if (protocol === 'icmp') return ok(0);
  const flag = question.flag === undefined || question.flag === 0 || question.flag === '' ? undefined : String(question.flag);
  const fromText = written === undefined ? undefined : byText(question, written);
  const fromFlag = flag === undefined ? undefined : byText(question, flag);
  if (fromText?.ok === false) return fromText;
  if (fromFlag?.ok === false) return fromFlag;
  if (fromText !== undefined && fromFlag !== undefined && fromText.value !== fromFlag.value)
    return err(
      skoopError('PORT_CLASH', `two ports are asked for on ${on}: :${written ?? ''} and -p ${flag ?? ''}`, {
        remedy: `Give one of them.${listing(offered)}`,
      }),
    );
  const given = fromText ?? fromFlag;
  if (given !== undefined) return given;
  const fitting = offered.filter((port) => port.protocol.toLowerCase() === protocol);
  const [only] = fitting;
  if (only !== undefined && new Set(fitting.map((port) => port.number)).size === 1) return ok(only.number);
  const others = offered.filter((port) => port.protocol.toLowerCase() !== protocol);
  if (fitting.length === 0 && others.length > 0)
    return err(
      skoopError('PORT_NEEDED', `${on} offers no ${protocol.toUpperCase()} port`, {
        remedy: `Add --protocol ${(others[0]?.protocol ?? 'udp').toLowerCase()}, or name a port.${listing(offered)}`,
      }),
    );
  return err(
    skoopError('PORT_NEEDED', `${on} needs a port: ${offered.length === 0 ? 'it declares none' : 'it has several'}`, {
      remedy: `Write ${on}:PORT or -p PORT.${listing(offered)}`,
    }),
  );
}

function byText({ protocol, on, offered }: PortQuestion, text: string): Result<number, SkoopError> {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number >= 1 && number <= 65535
      ? ok(number)
      : err(skoopError('PORT_UNKNOWN', `${text} is no port`, { remedy: 'A port is a number between 1 and 65535.' }));
  }
  const named = offered.filter((port) => port.name === text);
  const fitting = named.find((port) => port.protocol.toLowerCase() === protocol);
  if (fitting !== undefined) return ok(fitting.number);
  const [other] = named;
  if (other !== undefined)
    return err(
      skoopError('PORT_UNKNOWN', `port ${text} of ${on} is ${other.protocol}, and ${protocol.toUpperCase()} was asked for`, {
        remedy: `Add --protocol ${other.protocol.toLowerCase()}.${listing(offered)}`,
      }),
    );
  return err(skoopError('PORT_UNKNOWN', `${on} has no port named "${text}"`, { remedy: `Write a number or a name.${listing(offered)}` }));
}

function listing(ports: readonly OfferedPort[]): string {
  return ports.length === 0 ? '' : ` It has ${describePorts(ports)}.`;
}
