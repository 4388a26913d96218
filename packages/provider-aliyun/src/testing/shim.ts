import { expect } from '@jest/globals';
import {
  type CloudParts,
  type Cluster,
  type InfraResult,
  type InfraShim,
  type Node,
  type Packet,
  type Service,
  clusterOf as parsedCluster,
} from '@skoop/core';
import { ACTIONS, wireName } from '../api/actions.ts';
import { kindOf } from '../api/failure.ts';
import { liveReader } from '../api/reader.ts';
import { PART, recordedReader } from '../api/recording.ts';
import type { Request } from '../api/request.ts';
import { aliyunInfra } from '../infra/infra.ts';
import { recordOf } from '../provider.ts';
import { readEverything } from '../record.ts';
import { answers } from './answers.ts';
import { respond } from './stub.ts';
import { ADDRESSES, INSTANCES, REGION, type World } from './world.ts';

/** The world without a wire: for tables of cases, where the wire is not what is tried. */
export function inMemory(world: World, calls: Set<string> = new Set()): Request {
  return (name, region, parameters) => {
    const { product } = ACTIONS[name];
    const action = answers.find((candidate) => candidate.product === product && candidate.name === wireName(name));
    if (action === undefined) throw new Error(`the stub has no ${product}:${wireName(name)}`);
    calls.add(`${product}:${action.name}`);
    const { status, answer } = respond(world, action, { RegionId: region, ...parameters }, 3);
    if (status === 200) return Promise.resolve({ kind: 'answer', body: JSON.parse(JSON.stringify(answer)) as Record<string, unknown> });
    const code = String(answer['Code']);
    const message = String(answer['Message']);
    return Promise.resolve({ kind: 'failure', failure: { kind: kindOf(code, status, message), code, message, requestId: '' } });
  };
}

function node(name: string, providerID: string, address = '', podCIDR = ''): Node {
  return {
    metadata: { name, namespace: '', uid: name, labels: {}, annotations: {}, ownerReferences: [] },
    spec: { providerID, podCIDRs: podCIDR === '' ? [] : [podCIDR], unschedulable: false },
    status: {
      addresses: address === '' ? [] : [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
      kubeletVersion: '',
      osImage: '',
      kernelVersion: '',
    },
  };
}

/** The nodes of the world's instances. */
export const NODES: readonly Node[] = INSTANCES.map((id, index) =>
  node(`node${String(index + 1)}`, `${REGION}.${id}`, ADDRESSES[index], `10.244.${String(index)}.0/24`),
);

export function clusterOf(nodes: readonly Node[], more: Partial<Cluster> = {}): Cluster {
  return { ...parsedCluster({ version: '', lists: {}, missing: [] }, []), nodes, ...more };
}

function packet(fields: Partial<Packet>): Packet {
  return { src: ADDRESSES[0], sport: 40000, dst: ADDRESSES[1], dport: 80, protocol: 'tcp', ...fields };
}

/** The four questions, asked of a world; and asked again of its recording, which has to give the same answer. */
export class Asked {
  readonly calls = new Set<string>();
  private readonly cluster: Cluster;
  private readonly world: World;
  readonly shim: InfraShim;

  constructor(world: World, cluster: Cluster = clusterOf(NODES)) {
    this.world = world;
    this.cluster = cluster;
    this.shim = aliyunInfra({ reader: this.reader(), cluster });
  }

  nodeToNode(fields: Partial<Packet> = {}, direction: 'forward' | 'reply' = 'forward', [from, to] = [0, 1]): Promise<InfraResult> {
    return this.ask((shim) => shim.nodeToNode(at(from), 'eth0', at(to), packet(fields), options(direction)));
  }

  nodeToExternal(fields: Partial<Packet>, direction: 'forward' | 'reply' = 'forward'): Promise<InfraResult> {
    return this.ask((shim) => shim.nodeToExternal(at(0), 'eth0', packet(fields), options(direction)));
  }

  externalToNode(fields: Partial<Packet>): Promise<InfraResult> {
    return this.ask((shim) => shim.externalToNode(at(0), packet(fields), options('forward')));
  }

  toBalancer(service: Service, fields: Partial<Packet>): Promise<InfraResult> {
    return this.ask((shim) => shim.externalToLoadBalancer(service, packet(fields), NODES, options('forward')));
  }

  private reader() {
    return liveReader(inMemory(this.world, this.calls), new AbortController().signal);
  }

  private async ask(question: (shim: InfraShim) => Promise<InfraResult>): Promise<InfraResult> {
    const live = await question(this.shim);
    const reader = this.reader();
    await readEverything(reader, this.cluster);
    // As it is when it was in a file.
    const parts = JSON.parse(JSON.stringify((await recordOf(reader)).parts)) as CloudParts;
    const offline = await question(aliyunInfra({ reader: recordedReader(parts[PART]), cluster: this.cluster }));
    expect(offline).toEqual(live);
    return live;
  }
}

function at(index: number | undefined): Node {
  const found = NODES[index ?? 0];
  if (found === undefined) throw new Error('there is no such node');
  return found;
}

function options(direction: 'forward' | 'reply') {
  return { signal: new AbortController().signal, direction };
}

/** `drop ALIYUN_X thing`, for a table. */
export function told({ outcome, suspicions }: InfraResult): string {
  return [outcome, ...suspicions.map(({ code, on }) => `${code.replace('ALIYUN_', '')} ${on.id}`)].join(' · ');
}
