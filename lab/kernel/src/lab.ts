import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type NodeDump, decodeNodeDump, hostFromDump } from '@skoop/core';
import { type NetworkNamespace, Protocol, formatIp, parseIp, trace, type Trace, type World } from '@skoop/netstack';
import { type Answer, answersOf } from './answer.ts';
import { buildScript, wiresOf } from './commands.ts';
import { type LabDescription, type ListenerDescription, machinesOf } from './description.ts';
import type { Helper, ProbeAnswer, RuleEvent } from './helper.ts';
import { wiredFabric } from './fabric.ts';
import type { Probe } from './probe.ts';

/** Seconds that a packet waits where a neighbour does not answer. */
const PATIENCE = 10;
/** Seconds of silence after which nothing more is expected: of a packet that is asked about with care, and of many at once. */
const CAREFUL = 0.5;
const BRISK = 0.03;
const COLLECTOR = fileURLToPath(new URL('../../../collector/skoop-collect.sh', import.meta.url));

/** What came of packets, and what the kernel traced of them, by namespace. */
interface Sent {
  readonly answers: readonly Answer[];
  readonly rules: ReadonlyMap<string, readonly RuleEvent[]>;
}

/** A laboratory that stands: namespaces of the real kernel. */
export class Lab {
  private readonly description: LabDescription;
  private readonly prefix: string;
  private readonly helper: Helper;

  constructor(description: LabDescription, prefix: string, helper: Helper) {
    this.description = description;
    this.prefix = prefix;
    this.helper = helper;
  }

  /** @throws Error with the output of the command that failed */
  async build(): Promise<void> {
    await shell(buildScript(this.description, (name) => this.named(name)));
    for (const [name, { listeners = [] }] of Object.entries(this.description.namespaces)) {
      for (const listener of listeners)
        await this.helper.ask({ op: 'listen', netns: this.named(name), as: name, ...parseListener(listener) });
    }
  }

  /** A namespace's name on this machine. */
  named(namespace: string): string {
    return `${this.prefix}${namespace}`;
  }

  /** The dump of one machine, as the collector prints it. */
  async dump(machine: string): Promise<Uint8Array> {
    const { host, pods = [] } = machinesOf(this.description)[machine] ?? { host: machine };
    const args = [
      COLLECTOR,
      '--node',
      machine,
      '--host-netns',
      this.named(host),
      ...pods.flatMap((pod) => ['--pod', `lab/${pod}=${this.named(pod)}`]),
    ];
    return new Promise((resolve, reject) => {
      execFile('sh', args, { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`the collector failed: ${stderr.toString()}`, { cause: error }));
      });
    });
  }

  /** The dumps of every machine. */
  async dumps(): Promise<readonly NodeDump[]> {
    return Promise.all(
      Object.keys(machinesOf(this.description)).map(async (machine) => {
        const decoded = decodeNodeDump(await this.dump(machine));
        if (!decoded.ok) throw new Error(decoded.error.message);
        if (decoded.value.problems.length > 0) throw new Error(`the dump of ${machine} is not whole: ${decoded.value.problems.join('; ')}`);
        return decoded.value;
      }),
    );
  }

  /** What the model is asked about: every machine's dump, parsed, joined by the wires. */
  async world(): Promise<World> {
    return this.worldOf(await this.dumps());
  }

  worldOf(dumps: readonly NodeDump[]): World {
    const hosts = new Map(dumps.map((dump) => [dump.node, hostFromDump(dump).host]));
    return { hosts, fabric: wiredFabric(this.description, hosts, (namespace) => this.idOf(namespace)) };
  }

  /**
   * The model's answers, one for every way, and how it came to them.
   *
   * @param visits with every rule that the packet met
   */
  ask(world: World, probe: Probe, visits = false): { readonly answers: readonly Answer[]; readonly trace: Trace } {
    const { host, id } = this.idOf(probe.from);
    const traced = trace(world, {
      origin: {
        kind: 'socket',
        host,
        namespace: id,
        ...(probe.uid === undefined ? {} : { uid: probe.uid }),
        ...(probe.device === undefined ? {} : { device: probe.device }),
      },
      dst: address(probe.dst),
      dport: probe.dport,
      ...protocolOf(probe),
      sport: probe.sport ?? 40000,
      ...(probe.src === undefined ? {} : { src: address(probe.src) }),
      ...(probe.mark === undefined ? {} : { mark: probe.mark }),
      ...(probe.tos === undefined ? {} : { tos: probe.tos }),
      ...(probe.ttl === undefined ? {} : { ttl: probe.ttl }),
      // Nobody chooses how long a handshake is.
      ...(probe.size === undefined || probe.protocol === 'tcp' ? {} : { length: probe.size }),
      ...(probe.df === undefined ? {} : { df: probe.df }),
      ...(probe.tracked === undefined ? {} : { tracked: probe.tracked }),
      visits,
    });
    return { trace: traced, answers: answersOf(traced, (namespace) => this.nameOf(namespace)) };
  }

  /** Runs lines of shell in a namespace and gives what they print. Where something changes, ask for the {@link world} again after it. */
  async run(namespace: string, lines: string): Promise<string> {
    return shell(`ip netns exec ${this.named(namespace)} sh -e <<'HERE'\n${lines}\nHERE`);
  }

  /** Sends the packet for real, as if nothing had been sent before: no neighbour entry, no connection, no exception to a route. */
  async probe(probe: Probe): Promise<Answer> {
    return (await this.observe(probe)).answer;
  }

  /** From now on {@link observe} tells what the kernel traces of nftables rules in a namespace. */
  async trace(namespace: string): Promise<void> {
    await this.helper.ask({ op: 'trace', netns: this.named(namespace) });
  }

  /** {@link probe}, and what the kernel traced of it, by namespace. */
  async observe(probe: Probe): Promise<{ readonly answer: Answer; readonly rules: Sent['rules'] }> {
    const { answers, rules } = await this.send([probe], CAREFUL);
    const [answer] = answers;
    if (answer === undefined) throw new Error('the helper sent nothing');
    return { answer, rules };
  }

  /**
   * Sends packets one after the other, as fast as it goes, and waits once for all of them.
   *
   * What is forgotten before each {@link probe} is forgotten once, before the first: connections don't meet where ports differ, but a packet
   * may find the neighbours, the exceptions to routes and the spent limits of those before it. On virtual wires a packet has arrived, or
   * never will, when the call that sent it returns: the wait is short. So an answer that surprises is to be asked for again, alone.
   *
   * @param probes with source ports that differ
   */
  async volley(probes: readonly Probe[]): Promise<readonly Answer[]> {
    return (await this.send(probes, BRISK)).answers;
  }

  private async send(probes: readonly Probe[], settle: number): Promise<Sent> {
    const forget = Object.keys(this.description.namespaces).map((name) => this.named(name));
    const watch = [...forget, ...wiresOf(this.description).map((name) => this.named(name))];
    const requests = probes.map(({ from, sport = 40000, ...rest }) => ({ netns: this.named(from), sport, ...rest }));
    const { answers = [], rules = {} } = await this.helper.ask({
      op: 'volley',
      watch,
      forget,
      settle,
      patience: PATIENCE,
      probes: requests,
    });
    return {
      answers: answers.flatMap((answer, index) => {
        const probe = probes[index];
        return probe === undefined ? [] : [kernelAnswer(probe, answer)];
      }),
      rules: new Map(Object.entries(rules).map(([name, events]) => [name.slice(this.prefix.length), events])),
    };
  }

  async dispose(): Promise<void> {
    await this.helper.ask({ op: 'forget', prefix: this.prefix });
  }

  /** The names of its namespaces, with what the model has of each. */
  namespaces(world: World): ReadonlyMap<string, NetworkNamespace> {
    const found = new Map<string, NetworkNamespace>();
    for (const name of Object.keys(this.description.namespaces)) {
      const { host, id } = this.idOf(name);
      const namespace = world.hosts.get(host)?.namespaces.get(id);
      if (namespace !== undefined) found.set(name, namespace);
    }
    return found;
  }

  private idOf(namespace: string): { readonly host: string; readonly id: string } {
    for (const [machine, { host, pods = [] }] of Object.entries(machinesOf(this.description))) {
      if (host === namespace) return { host: machine, id: `nodes/${machine}/host` };
      if (pods.includes(namespace)) return { host: machine, id: `nodes/${machine}/pods/lab_${namespace}` };
    }
    throw new RangeError(`${namespace} belongs to no machine of the laboratory`);
  }

  private nameOf(id: string): string {
    return Object.keys(this.description.namespaces).find((name) => this.idOf(name).id === id) ?? id;
  }
}

function protocolOf({ protocol, dst }: Probe): {
  readonly protocol: number;
  readonly icmp?: { readonly type: number; readonly code: number };
} {
  switch (protocol) {
    case 'tcp':
      return { protocol: Protocol.TCP };
    case 'udp':
      return { protocol: Protocol.UDP };
    case 'icmp':
      return dst.includes(':')
        ? { protocol: Protocol.ICMPV6, icmp: { type: 128, code: 0 } }
        : { protocol: Protocol.ICMP, icmp: { type: 8, code: 0 } };
    default:
      return protocol satisfies never;
  }
}

/** An error that the sender's own kernel reports comes as ICMP from one of its own addresses: its name is the errno, unless that one was asked. */
function kernelAnswer(probe: Probe, { outcome, received, error }: ProbeAnswer): Answer {
  const base = { received: receiptOf(probe, received), error: undefined, errorFrom: undefined };
  if (outcome === 'answered') return { ...base, verdict: 'delivered' };
  if (outcome === 'silence' || error === undefined) return { ...base, verdict: 'dropped' };
  if (error.origin.startsWith('icmp') && (error.own !== true || error.from === probe.dst)) {
    return {
      ...base,
      verdict: 'rejected',
      error: `${error.origin}-${String(error.type)}/${String(error.code)}`,
      errorFrom: error.from === undefined ? undefined : formatIp(address(error.from)),
      // Translated on its way in, it seems to come from the one that was asked.
      ...(error.own === true || error.from === probe.dst ? { own: `errno-${error.errno}` } : {}),
    };
  }
  if (error.origin === 'errno' && error.errno === 'ECONNREFUSED') return { ...base, verdict: 'rejected', error: 'tcp-reset' };
  const own = error.origin.startsWith('icmp') ? { own: `${error.origin}-${String(error.type)}/${String(error.code)}` } : {};
  return { ...base, verdict: 'rejected', error: `errno-${error.errno}`, ...own };
}

/** A datagram that no listener has read reached nobody; for other protocols the programs don't see it all. */
function receiptOf(probe: Probe, received: ProbeAnswer['received']): Answer['received'] {
  if (received === undefined) return probe.protocol === 'udp' ? 'nobody' : undefined;
  const { as: namespace, src, sport, dst = '', dport, mark, ttl, tos } = received;
  return { namespace, src, sport, dst, dport, mark, ttl, tos };
}

function parseListener(text: ListenerDescription): {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly only: boolean;
  readonly device?: string;
} {
  const found = /^(tcp|udp) ([^%]+?)(?:%(.+))?:(\d+)( only)?$/.exec(text);
  if (found === null) throw new RangeError(`'${text}' is no listener: tcp|udp ADDRESS[%DEVICE]:PORT`);
  return {
    protocol: found[1] ?? '',
    address: (found[2] ?? '').replace(/^\[|\]$/g, ''),
    ...(found[3] === undefined ? {} : { device: found[3] }),
    port: Number(found[4]),
    only: found[5] !== undefined,
  };
}

function address(text: string): NonNullable<ReturnType<typeof parseIp>> {
  const ip = parseIp(text);
  if (ip === undefined) throw new RangeError(`'${text}' is no address`);
  return ip;
}

function withNumbers(script: string): string {
  const lines = script.split('\n');
  return lines.length > 40 ? `a script of ${String(lines.length)} lines` : script;
}

/** Runs a script with `sh`. */
function shell(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('sh', ['-s'], (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${stderr.trim()} (status ${String(error.code)}), in:\n${withNumbers(script)}`));
    });
    child.stdin?.end(script);
  });
}
