import { describe, expect, test } from '@jest/globals';
import { type Artifact, type ArtifactName, makeHost, parseNamespace } from '@skoop/netstack';
import { clusterOf, recordedSource } from '../cluster/live-source.ts';
import type { NodeState } from '../cluster/cluster.ts';
import type { CniPlugin } from '../contracts/cni-plugin.ts';
import type { Suspicion } from '../contracts/suspicion.ts';
import { composeNetwork } from '../diagnose/compose.ts';
import { checkExitStatus } from '../report/check-report.ts';
import { writeCheck } from '../report/text/write-check.ts';
import { runCheck } from './run-check.ts';

type Item = Record<string, unknown>;

/** A node with one pod on a pair of devices: all of it may be changed by a row. */
interface Scene {
  readonly nodes: Item[];
  readonly pods: Item[];
  /** Artifacts of node1: its own namespace, and the pod's. `undefined`: node1 gave no dump. */
  host: Record<string, string> | undefined;
  readonly pod: Record<string, string>;
}

const READY = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '' };
const node = (name: string, address: string, cidr: string): Item => ({
  metadata: { name },
  spec: { podCIDRs: [cidr] },
  status: { addresses: [{ type: 'InternalIP', address }], conditions: [READY] },
});
const pod = (name: string, nodeName: string, address: string): Item => ({
  metadata: { name, namespace: 'default', uid: name },
  spec: { nodeName },
  status: { phase: 'Running', podIPs: [{ ip: address }], conditions: [READY] },
});
const link = (ifindex: number, ifname: string, more: Item = {}): Item => ({
  ifindex,
  ifname,
  flags: ['BROADCAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  link_type: 'ether',
  address: `02:00:00:00:00:0${String(ifindex)}`,
  ...more,
});
const VETH = { linkinfo: { info_kind: 'veth' } };
const address = (local: string, prefixlen: number): Item => ({ addr_info: [{ family: 'inet', local, prefixlen, scope: 'global' }] });
const SYSCTLS = ['net/ipv4/ip_forward = 1', 'net/netfilter/nf_conntrack_count = 10', 'net/netfilter/nf_conntrack_max = 1000'];

function healthy(): Scene {
  const eth0 = link(2, 'eth0');
  const outer = link(3, 'veth1', { ...VETH, link_index: 2, link_netnsid: 0 });
  const inner = link(2, 'eth0', { ...VETH, link_index: 3, link_netnsid: 0 });
  return {
    nodes: [node('node1', '192.0.2.11', '10.244.0.0/24'), node('node2', '192.0.2.12', '10.244.1.0/24')],
    pods: [pod('web', 'node1', '10.244.0.2')],
    host: {
      'ip-link': JSON.stringify([eth0, outer]),
      'ip-addr': JSON.stringify([{ ...eth0, ...address('192.0.2.11', 24) }, outer]),
      'ip-neigh': JSON.stringify([{ dst: '192.0.2.12', dev: 'eth0', lladdr: '02:00:00:00:00:12', state: ['REACHABLE'] }]),
      sysctl: SYSCTLS.join('\n'),
    },
    pod: { 'ip-link': JSON.stringify([inner]), 'ip-addr': JSON.stringify([{ ...inner, ...address('10.244.0.2', 24) }]) },
  };
}

function artifacts(texts: Readonly<Record<string, string>>): ReadonlyMap<ArtifactName, Artifact> {
  return new Map(Object.entries(texts).map(([name, text]) => [name as ArtifactName, { text, status: 0, error: '', truncated: false }]));
}

function stateOf({ host, pod: inside }: Scene): ReadonlyMap<string, NodeState> {
  if (host === undefined) return new Map([['node1', { kind: 'missing', why: 'its kubelet does not answer' }]]);
  const root = parseNamespace({ id: 'nodes/node1/host', artifacts: artifacts(host) });
  const namespace = parseNamespace({ id: 'nodes/node1/pods/default_web', artifacts: artifacts(inside) });
  const dumped = makeHost('node1', [root, namespace], root.id);
  return new Map([['node1', { kind: 'dumped', host: dumped, pods: new Map([['default/web', namespace.id]]), truncated: false }]]);
}

const FACTS = { version: '', provider: 'generic', cni: '', proxyMode: 'iptables', ipFamilies: [], detectedFrom: [] } as const;

async function check(change: (scene: Scene) => void = () => undefined, plugin?: CniPlugin) {
  const scene = healthy();
  change(scene);
  const lists = {
    nodes: { kind: 'NodeList', apiVersion: 'v1', items: scene.nodes },
    pods: { kind: 'PodList', apiVersion: 'v1', items: scene.pods },
  };
  const source = recordedSource(clusterOf({ version: '', lists, missing: [] }, []), stateOf(scene));
  const cni = plugin === undefined ? undefined : { plugin, config: { podCidrs: [], details: {} } };
  const network = composeNetwork({ source, ...(cni !== undefined && { cni }) });
  const scope = { nodes: ['node1'], signal: new AbortController().signal };
  return runCheck({ source, network, scope, skoop: { version: '0', plugins: [] }, facts: FACTS });
}

const change =
  (artifact: string, edit: (items: Item[]) => void, where: 'host' | 'pod' = 'host') =>
  (scene: Scene): void => {
    const dump = scene[where] ?? {};
    const items = JSON.parse(dump[artifact] ?? '[]') as Item[];
    edit(items);
    dump[artifact] = JSON.stringify(items);
  };
const conditions = (items: Item[], at: number, all: Item[]): void => {
  (items[at]?.['status'] as Item)['conditions'] = all;
};
const down = (items: Item[]): void => {
  for (const item of items) if (item['ifname'] !== 'eth0' || items.length === 1) item['flags'] = ['BROADCAST'];
};

test('a healthy node and its pod: nothing is found', async () => {
  const report = await check();
  expect(report).toMatchObject({
    kind: 'Check',
    checked: { nodes: 1, pods: 1 },
    suspicions: [],
    collected: { nodes: ['node1'], missing: [] },
  });
  expect(checkExitStatus(report)).toBe(0);
});

describe('what is broken is named, on whom, from what', () => {
  test.each<[what: string, change: (scene: Scene) => void, found: Pick<Suspicion, 'code' | 'level' | 'on'>, status: 0 | 1 | 3]>([
    [
      'the node is not ready',
      ({ nodes }) => conditions(nodes, 0, [{ ...READY, status: 'False', reason: 'KubeletNotReady' }]),
      { code: 'NODE_NOT_READY', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'its network is not set up',
      ({ nodes }) => conditions(nodes, 0, [READY, { type: 'NetworkUnavailable', status: 'True', reason: 'NoRouteCreated', message: '' }]),
      { code: 'NODE_NETWORK_UNAVAILABLE', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'two nodes have overlapping pod networks',
      ({ nodes }) => ((nodes[1]?.['spec'] as Item)['podCIDRs'] = ['10.244.0.128/25']),
      { code: 'NODE_PODCIDR_OVERLAP', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      "a node's address is in a pod network",
      ({ nodes }) => ((nodes[0]?.['spec'] as Item)['podCIDRs'] = ['192.0.2.10/31']),
      { code: 'NODE_PODCIDR_OVERLAP', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'two pods have one address',
      ({ pods }) => pods.push(pod('other', 'node2', '10.244.0.2')),
      { code: 'POD_ADDRESS_DUPLICATE', level: 'CRITICAL', on: { type: 'pod', id: 'default/web' } },
      1,
    ],
    [
      'the node does not forward',
      (scene) => (scene.host = { ...scene.host, sysctl: SYSCTLS.join('\n').replace('ip_forward = 1', 'ip_forward = 0') }),
      { code: 'SYSCTL_FORWARDING_OFF', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'its table of connections is nearly full',
      (scene) => (scene.host = { ...scene.host, sysctl: SYSCTLS.join('\n').replace('count = 10', 'count = 990') }),
      { code: 'NETFILTER_CONNTRACK_FULL', level: 'WARNING', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'both backends of iptables have rules',
      (scene) => {
        const save = (tool: string): string => `# by ${tool}\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n`;
        scene.host = { ...scene.host, 'iptables-nft-save': save('nft'), 'iptables-legacy-save': save('legacy') };
      },
      { code: 'NETFILTER_BACKENDS_MIXED', level: 'INFO', on: { type: 'node', id: 'node1' } },
      0,
    ],
    [
      'the address that the API knows is not there',
      change('ip-addr', (items) => Object.assign(items[0] ?? {}, address('10.244.0.9', 24)), 'pod'),
      { code: 'POD_ADDRESS_MISSING', level: 'CRITICAL', on: { type: 'pod', id: 'default/web' } },
      1,
    ],
    [
      "the pod's device is down",
      (scene) => (change('ip-link', down, 'pod')(scene), change('ip-addr', down, 'pod')(scene)),
      { code: 'LINK_DOWN', level: 'CRITICAL', on: { type: 'pod', id: 'default/web' } },
      1,
    ],
    [
      "the node's end of it is down",
      (scene) => (change('ip-link', down)(scene), change('ip-addr', down)(scene)),
      { code: 'LINK_DOWN', level: 'CRITICAL', on: { type: 'node', id: 'node1' } },
      1,
    ],
    [
      'the pod is not in the dump',
      ({ pods }) => pods.push(pod('late', 'node1', '10.244.0.7')),
      { code: 'COLLECT_POD_MISSING', level: 'WARNING', on: { type: 'pod', id: 'default/late' } },
      3,
    ],
    [
      'the node gave no dump',
      (scene) => (scene.host = undefined),
      { code: 'COLLECT_NODE_UNREACHABLE', level: 'WARNING', on: { type: 'node', id: 'node1' } },
      3,
    ],
  ])('%s', async (_what, edit, found, status) => {
    const report = await check(edit);
    expect(report.suspicions.map(({ code, level, on }) => ({ code, level, on }))).toEqual([found]);
    expect(report.suspicions[0]?.message).not.toBe('');
    expect(report.suspicions[0]?.cause).toBe(false);
    expect(checkExitStatus(report)).toBe(status);
  });

  test('what can not be seen is not taken for broken', async () => {
    const report = await check((scene) => {
      delete scene.pod['ip-addr'];
    });
    expect(report.suspicions).toEqual([]);
  });

  test('a pod on the network of its node, a finished one, and one that is being deleted have no devices of their own', async () => {
    const report = await check(({ pods }) => {
      const [host = {}, done = {}, leaving = {}] = ['host', 'done', 'leaving'].map((name) => pod(name, 'node1', '10.244.0.2'));
      Object.assign(host['spec'] as Item, { hostNetwork: true });
      Object.assign(done['status'] as Item, { phase: 'Succeeded' });
      Object.assign(leaving['metadata'] as Item, { deletionTimestamp: '2026-01-01T00:00:00Z' });
      pods.push(host, done, leaving);
    });
    expect(report.suspicions).toEqual([]);
  });
});

describe("the CNI's checks", () => {
  const plugin = (checks: Partial<CniPlugin>): CniPlugin => ({
    name: 'acmenet',
    contract: '^1.0',
    detect: () => ({ score: 0, because: [] }),
    configure: () => ({ podCidrs: [], details: {} }),
    checkNode: () => [],
    checkPod: () => [],
    enforces: [],
    ...checks,
  });
  const told = (code: string, type: string, id: string): Suspicion => ({
    code,
    level: 'FATAL',
    on: { type, id },
    message: 'It is broken.',
    evidence: [],
    remedy: 'Mend it.',
  });

  test('are asked of every node and pod, and the worst comes first', async () => {
    const report = await check(
      (scene) => (scene.host = { ...scene.host, sysctl: SYSCTLS.join('\n').replace('ip_forward = 1', 'ip_forward = 0') }),
      plugin({
        checkNode: (_cluster, _config, { metadata }) => [told('ACMENET_NODE', 'node', metadata.name)],
        checkPod: (_cluster, _config, { metadata }) => [told('ACMENET_POD', 'pod', metadata.name)],
      }),
    );
    expect(report.suspicions.map(({ code, on }) => `${code} ${on.id}`)).toEqual([
      'ACMENET_NODE node1',
      'ACMENET_POD web',
      'SYSCTL_FORWARDING_OFF node1',
    ]);
  });

  test('one that throws is told of, and the others go on', async () => {
    const report = await check(
      undefined,
      plugin({
        checkNode: () => {
          throw new Error('out of luck');
        },
        checkPod: () => [told('ACMENET_POD', 'pod', 'default/web')],
      }),
    );
    expect(report.suspicions.map(({ code }) => code)).toEqual(['ACMENET_POD', 'COLLECT_CHECK_FAILED']);
    expect(report.suspicions[1]?.message).toMatch(/acmenet.*out of luck/);
  });

  test('of a network that has none: an error that says what to do', async () => {
    const source = recordedSource(clusterOf({ version: '', lists: {}, missing: [] }, []), new Map());
    const network = { diagnose: () => Promise.reject(new Error('not asked')), dispose: () => Promise.resolve() };
    const scope = { signal: new AbortController().signal };
    await expect(runCheck({ source, network, scope, skoop: { version: '0', plugins: [] }, facts: FACTS })).rejects.toMatchObject({
      code: 'CHECK_UNSUPPORTED',
      exit: 2,
    });
  });
});

describe('the table for a person', () => {
  const off = (scene: Scene): void => {
    scene.host = { ...scene.host, sysctl: SYSCTLS.join('\n').replace('ip_forward = 1', 'ip_forward = 0').replace('= 10\n', '= 990\n') };
  };

  test('worst first, a row each', async () => {
    expect(writeCheck(await check(off))).toMatchInlineSnapshot(`
     "✘ 1 node and 1 pod looked at: 1 CRITICAL, 1 WARNING

     LEVEL      ON           CODE                       WHAT
     CRITICAL   node node1   SYSCTL_FORWARDING_OFF      Node node1 does not forward packets:
                                                        net/ipv4/ip_forward = 0
     WARNING    node node1   NETFILTER_CONNTRACK_FULL   The connection tracking table of node node1 is
                                                        nearly full: 990 of 1000 entries; once it is
                                                        full, new connections are dropped

     -o wide: what each was read from, and how to mend it; skoop explain CODE: more.
     "
    `);
  });

  test('wide: what each was read from, and how to mend it', async () => {
    const text = writeCheck(await check(off), { wide: true });
    expect(text).toMatch(
      /SYSCTL_FORWARDING_OFF {2}CRITICAL on node node1\n.*net\/ipv4\/ip_forward = 0\n.*sysctl:1\n[\s\S]*mend: On node node1: sysctl -w/,
    );
  });

  test('nothing found', async () => {
    expect(writeCheck(await check())).toBe('✔ 1 node and 1 pod looked at: nothing found\n');
  });

  test('what could not be looked at is said', async () => {
    const text = writeCheck(await check((scene) => (scene.host = undefined)), { unicode: false });
    expect(text).toMatch(
      /^x 0 nodes and 0 pods looked at: 1 WARNING\n[\s\S]*NOT COLLECTED\n {2}node node1: its kubelet does not answer\n$/,
    );
  });
});
