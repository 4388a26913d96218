import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '@skoop/core';
import { type Connection, connectForReal } from './connection.ts';
import { inTurn } from './in-turn.ts';
import { KUBECONFIG, at } from './lab.ts';
import { NODES, type Scene, fill, prepare } from './scene.ts';
import { IMAGE, type Question, answerOf, diagnose, receiversOf, skoop, takeSnapshot } from './skoop.ts';
import { VARIANT } from './variant.ts';

const PATIENCE = 180_000;
const AT_ONCE = 3;
const onCluster = KUBECONFIG === undefined ? describe.skip : describe;

/** A question, the connection that it is about, and who receives it; one of several, where they are separated by commas. */
type Row = readonly [name: string, question: Question, connection: Connection, receivers: string];

const client = '{client.pod}';
const http = (from: string, address: string, port = '8080'): Connection => ({ from, speaks: 'http', address, port });
const ROWS: readonly Row[] = [
  ['pod → pod on its node', { from: client, to: '{near.pod}:8080' }, http(client, '{near}'), '{near.pod}'],
  ['pod → pod on another node', { from: client, to: '{far.pod}:http' }, http(client, '{far}'), '{far.pod}'],
  ['pod → ClusterIP with a named target port', { from: client, to: 'svc/web' }, http(client, '{web}', '80'), '{web.pods}'],
  ['pod → ClusterIP with a numbered one', { from: client, to: 'svc/web-numbered' }, http(client, '{web-numbered}', '80'), '{web.pods}'],
  ['pod → NodePort of its node', { from: client, to: 'node/node1:{nodeport}' }, http(client, '172.30.0.11', '{nodeport}'), '{web.pods}'],
  ['pod → NodePort of another', { from: client, to: 'node/node2:{nodeport}' }, http(client, '172.30.0.12', '{nodeport}'), '{web.pods}'],
  [
    'pod → DNS',
    { from: client, to: 'svc/kube-system/kube-dns:53', protocol: 'udp' },
    { from: client, speaks: 'dns', address: '10.96.0.10', port: '53' },
    '{dns.pods}',
  ],
  [
    'pod → pod, UDP',
    { from: client, to: '{dns.pod}:53', protocol: 'udp' },
    { from: client, speaks: 'dns', address: '{dns}', port: '53' },
    '{dns.pod}',
  ],
  ['node → pod on it', { from: 'node/node1', to: '{near.pod}:8080' }, http('node1', '{near}'), '{near.pod}'],
  ['node → pod on another', { from: 'node/node1', to: '{far.pod}:8080' }, http('node1', '{far}'), '{far.pod}'],
  ['pod → its node', { from: client, to: 'node/node1:8090' }, http(client, '172.30.0.11', '8090'), 'node1'],
  ['node → node', { from: 'node/node1', to: 'node/node2:8090' }, http('node1', '172.30.0.12', '8090'), 'node2'],
  ['node → ClusterIP', { from: 'node/node1', to: 'svc/web' }, http('node1', '{web}', '80'), '{web.pods}'],
  [
    'node → DNS',
    { from: 'node/node2', to: 'svc/kube-system/kube-dns:53', protocol: 'udp' },
    { from: 'node2', speaks: 'dns', address: '10.96.0.10', port: '53' },
    '{dns.pods}',
  ],
  ['pod → another node', { from: client, to: 'node/node2:8090' }, http(client, '172.30.0.12', '8090'), 'node2'],
  [
    'pod → API server',
    { from: client, to: 'svc/kubernetes' },
    { from: client, speaks: 'tls', address: '10.96.0.1', port: '443' },
    '172.30.0.1',
  ],
  ['pod → host outside', { from: client, to: '172.30.0.200:8080' }, http(client, '172.30.0.200'), '172.30.0.200'],
  [
    'host outside → NodePort',
    { from: '172.30.0.200', to: 'node/node1:{nodeport}' },
    http('outside', '172.30.0.11', '{nodeport}'),
    '{web.pods}',
  ],
];
/** The same over IPv6, where the cluster has it; a pod is named by its address then. */
const SIX: readonly Row[] = [
  ['pod → pod on its node, IPv6', { from: '{client.six}', to: '[{near.six}]:8080' }, http(client, '{near.six}'), '{near.pod}'],
  ['pod → pod on another node, IPv6', { from: '{client.six}', to: '[{far.six}]:8080' }, http(client, '{far.six}'), '{far.pod}'],
  ['pod → ClusterIP, IPv6', { from: '{client.six}', to: '[{web.six}]:80' }, http(client, '{web.six}', '80'), '{web.pods}'],
  [
    'pod → NodePort of another, IPv6',
    { from: '{client.six}', to: '[fd00:30::12]:{bothport}' },
    http(client, 'fd00:30::12', '{bothport}'),
    '{web.pods}',
  ],
  ['node → ClusterIP, IPv6', { from: 'fd00:30::11', to: '[{web.six}]:80' }, http('node1', '{web.six}', '80'), '{web.pods}'],
  [
    'pod → pod, UDP over IPv6',
    { from: '{client.six}', to: '[{dns.six}]:53', protocol: 'udp' },
    { from: client, speaks: 'dns', address: '{dns.six}', port: '53' },
    '{dns.pod}',
  ],
  ['pod → host outside, IPv6', { from: '{client.six}', to: '[fd00:30::200]:8080' }, http(client, 'fd00:30::200'), 'fd00:30::200'],
  ['node → pod on another, IPv6', { from: 'fd00:30::11', to: '[{far.six}]:8080' }, http('node1', '{far.six}'), '{far.pod}'],
  ['pod → another node, IPv6', { from: '{client.six}', to: '[fd00:30::12]:8090' }, http(client, 'fd00:30::12', '8090'), 'node2'],
  ['node → node, IPv6', { from: 'fd00:30::11', to: '[fd00:30::12]:8090' }, http('node1', 'fd00:30::12', '8090'), 'node2'],
];
/** What a receiver that is no pod or node says. */
const SAYS: Readonly<Record<string, string>> = { '172.30.0.200': 'outside', 'fd00:30::200': 'outside' };

onCluster('a healthy cluster', () => {
  let scene: Scene;
  let folder: string;
  let snapshot: string;
  const filled = <T extends object>(row: T): T => JSON.parse(fill(scene, JSON.stringify(row))) as T;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skoop-healthy-'));
    scene = await prepare();
    snapshot = join(folder, 'healthy.tar.gz');
    await takeSnapshot(snapshot);
  }, PATIENCE);
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  const rows = VARIANT.dual ? [...ROWS, ...SIX] : ROWS;
  const asked = new Map<string, ReturnType<typeof ask>>();
  const ask = ([, question, connection]: Row) =>
    Promise.all([diagnose(filled(question)), diagnose(filled(question), snapshot), connectForReal(filled(connection), NODES)]);
  // A diagnosis waits for its pods, mostly: a few go side by side, as they may on anybody's cluster.
  beforeAll(() => {
    const turn = inTurn(AT_ONCE);
    for (const row of rows) {
      const answers = turn(() => ask(row));
      answers.catch(() => undefined);
      asked.set(row[0], answers);
    }
  });

  test.each(rows)(
    '%s',
    async (name, _question, connection, receivers) => {
      const expected = fill(scene, receivers).split(',');
      const [answer, recorded, real] = await (asked.get(name) as ReturnType<typeof ask>);
      expect(real).toMatchObject({ verdict: 'delivered' });
      if (connection.speaks === 'http') expect(expected.map((id) => SAYS[id] ?? id.replace(/.*\//, ''))).toContain(real.answer);
      if (connection.speaks === 'dns') expect(real.answer).toBe('status 0, 1 answers, the last 10.96.0.1');
      expect({ verdict: answer.verdict, receivers: receiversOf(answer) }).toEqual({ verdict: 'delivered', receivers: expected });
      expect(answer.suspicions.filter(({ level }) => level !== 'INFO')).toEqual([]);
      expect(answerOf(recorded)).toEqual(answerOf(answer));
    },
    PATIENCE,
  );

  test(
    'skoop check finds nothing, live and recorded',
    async () => {
      const [live, recorded] = await Promise.all([
        skoop(['check', '-o', 'json', ...IMAGE]),
        skoop(['check', '-o', 'json', '--snapshot', snapshot]),
      ]);
      for (const { status, stdout, stderr } of [live, recorded]) {
        const { suspicions } = JSON.parse(stdout) as Pick<Diagnosis, 'suspicions'>;
        expect(suspicions.filter(({ level }) => level !== 'INFO')).toEqual([]);
        expect([status, stderr.includes('error')]).toEqual([0, false]);
      }
    },
    PATIENCE,
  );
});

/** Tables of nft's own, as firewalld makes them, beside those of iptables. */
const TABLES: readonly (readonly [name: string, last: string])[] = [
  ['that accepts', 'accept'],
  ['that drops the rest', 'drop'],
];

onCluster('a native nftables table', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await prepare();
  }, PATIENCE);
  afterAll(() => at('node2', 'nft delete table inet firewalld 2>/dev/null || :'));

  test.each(TABLES)(
    '%s is never silently an accept',
    async (_name, last) => {
      await at(
        'node2',
        `nft delete table inet firewalld 2>/dev/null || :
nft -f - <<'END'
table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state established,related accept
    ip daddr 10.96.0.0/16 accept
    ${last}
  }
}
END`,
      );
      const [answer, real] = await Promise.all([
        diagnose({ from: fill(scene, client), to: fill(scene, '{far.pod}:8080') }),
        connectForReal(http(fill(scene, client), fill(scene, '{far}')), NODES),
      ]);
      expect(['unknown', real.verdict]).toContain(answer.verdict);
      const named = answer.suspicions.filter(({ evidence }) => JSON.stringify(evidence).includes('firewalld'));
      if (answer.verdict !== 'delivered') expect(named.map(({ on, cause }) => [on.id, cause])).toContainEqual(['node2', true]);
    },
    PATIENCE,
  );
});
