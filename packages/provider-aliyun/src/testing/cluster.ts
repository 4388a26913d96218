import { type ClusterSource, type Diagnosis, composeNetwork, readSnapshot, resolveEnds, runDiagnosis, snapshotSource } from '@skoop/core';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveReader } from '../api/reader.ts';
import { sdkRequest } from '../api/sdk.ts';
import { aliyunInfra } from '../infra/infra.ts';
import { aliyunBinder } from '../schema.ts';
import type { Stub } from './stub.ts';
import { INSTANCES, REGION } from './world.ts';

/** A recording of a healthy cluster: two nodes, flannel (VXLAN), a Service `web` with three pods on port 8080, two clients. */
const RECORDING = fileURLToPath(new URL('../../../cli/test/__fixtures__/cluster.tar.gz', import.meta.url));

interface Item {
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

/** The recorded cluster as a folder, its nodes being instances of ECS; `change` may change more of a list. */
export function recordedCluster(change: (resource: 'nodes' | 'services', item: Item) => void = () => {}): string {
  const root = mkdtempSync(join(tmpdir(), 'skoop-aliyun-'));
  execFileSync('tar', ['-xzf', RECORDING, '-C', root]);
  for (const resource of ['nodes', 'services'] as const) {
    const file = join(root, 'objects', `${resource}.json`);
    const list = JSON.parse(readFileSync(file, 'utf8')) as { items: Item[] };
    for (const [index, item] of list.items.entries()) {
      if (resource === 'nodes') item.spec['providerID'] = `${REGION}.${INSTANCES[index] ?? ''}`;
      change(resource, item);
    }
    writeFileSync(file, JSON.stringify(list));
  }
  return root;
}

export async function sourceOf(folder: string): Promise<ClusterSource> {
  const data = await readSnapshot(folder);
  if (!data.ok) throw data.error;
  return snapshotSource(data.value, ['service.beta.kubernetes.io/']);
}

/** A diagnosis of the recorded cluster, its cloud being the stub, through the real SDK. */
export async function diagnose(stub: Stub, folder: string, source: string, destination: string): Promise<Diagnosis> {
  const clusterSource = await sourceOf(folder);
  const { cluster } = clusterSource;
  const { signal } = new AbortController();
  const reader = liveReader(stubRequest(stub), signal);
  const network = composeNetwork({ source: clusterSource, infra: aliyunInfra({ reader, cluster }) });
  const ends = resolveEnds(cluster, { source, destination }, { namespace: 'default', protocol: 'tcp' });
  if (!ends.ok) throw ends.error;
  return runDiagnosis({
    source: clusterSource,
    network,
    question: { protocol: 'tcp', reply: true, signal },
    from: ends.value.source.endpoint,
    to: ends.value.destination.endpoint,
    skoop: { version: '', plugins: [] },
    facts: { version: '', provider: 'aliyun', cni: '', proxyMode: 'iptables', ipFamilies: ['IPv4'], detectedFrom: [] },
  });
}

/** The SDK with the stub's keys and address. */
export function stubRequest(stub: Stub) {
  const { id, secret, token } = stub.world.keys;
  const flags = aliyunBinder.parse({
    'aliyun-access-key-id': id,
    'aliyun-access-key-secret': secret,
    'aliyun-security-token': token,
    'aliyun-endpoint': stub.endpoint,
  });
  if (!flags.ok) throw new Error(flags.error[0]?.message);
  return sdkRequest(flags.value);
}
