import { describe, expect, test } from '@jest/globals';
import { type Ran, skoop } from './installed.ts';
import { CLUSTER, POD, clusterWithDrop, clusterWithoutForwarding, clusterWithoutNode2 } from './recorded-cluster.ts';

interface Row {
  readonly args: readonly string[];
  readonly status?: number;
  readonly stdout: RegExp;
  readonly bin?: string;
}

describe('the installed program', () => {
  test.each<[name: string, row: Row]>([
    ['skoop version', { args: ['version'], stdout: /^skoop \d+\.\d+\.\d+ \(contract \d/ }],
    ['skoop --version', { args: ['--version'], stdout: /^skoop \d+\.\d+\.\d+\n$/ }],
    ['skoop', { args: [], stdout: /diagnose .*\n.*explain/s }],
    [
      'skoop plugins',
      { args: ['plugins'], stdout: /cni +calico +@skoop\/cni-calico .*cni +flannel +@skoop\/cni-flannel .*provider +generic/s },
    ],
    ['skoop plugins inspect NAME', { args: ['plugins', 'inspect', 'flannel'], stdout: /loads: yes/ }],
    ['skoop explain CODE of a bundled plugin', { args: ['explain', 'NODE_CLOUD_UNSEEN'], stdout: /^# NODE_CLOUD_UNSEEN/ }],
    ['skoop explain', { args: ['explain'], stdout: /^NODE_CLOUD_UNSEEN$/m }],
    ['skoop completion bash', { args: ['completion', 'bash'], stdout: /complete -F _skoop skoop kubectl-skoop/ }],
    ['skoop check --help', { args: ['check', '--help'], stdout: /FLANNEL .*--flannel-backend-type/is }],
    ['skoop diagnose --help', { args: ['diagnose', '--help'], stdout: /FLANNEL .*--flannel-backend-type/is }],
    ['kubectl skoop version', { bin: 'kubectl-skoop', args: ['version'], stdout: /^skoop / }],
    [
      'kubectl skoop diagnose --help says how it was called',
      { bin: 'kubectl-skoop', args: ['diagnose', '-h'], stdout: /\$ kubectl skoop diagnose/ },
    ],
  ])('%s', async (_name, { args, status = 0, stdout, bin }) => {
    const ran = await skoop(args, bin === undefined ? {} : { bin });
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status, stderr: '' });
    expect(ran.stdout).toMatch(stdout);
  });

  test('skoop demo', async () => {
    expect(await skoop(['demo'])).toMatchObject({ status: 0 });
  });

  test('the completion is a script that bash takes', async () => {
    const { stdout } = await skoop(['completion', 'bash']);
    const { execFileSync } = await import('node:child_process');
    expect(() => execFileSync('bash', ['-n'], { input: stdout })).not.toThrow();
  });
});

interface Answer {
  readonly verdict: string;
  readonly suspicions: readonly { readonly code: string; readonly cause: boolean; readonly on: { readonly id: string } }[];
}

function answer({ stdout }: Ran): Answer {
  return JSON.parse(stdout) as Answer;
}

const dropped = clusterWithDrop();
const withoutNode = clusterWithoutNode2();
const withoutForwarding = clusterWithoutForwarding();

describe('skoop check --snapshot', () => {
  test('nothing is broken: 0', async () => {
    const ran = await skoop(['check', '--snapshot', CLUSTER]);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/2 nodes and 7 pods looked at: nothing found/);
  });

  test('what is broken, in a table: 1', async () => {
    const ran = await skoop(['check', '--snapshot', withoutForwarding]);
    expect(ran).toMatchObject({ status: 1, stderr: '' });
    expect(ran.stdout).toMatch(/^LEVEL +ON +CODE +WHAT\nCRITICAL +node node1 +SYSCTL_FORWARDING_OFF /m);
  });

  test('of the nodes that are named', async () => {
    const ran = await skoop(['check', '--snapshot', withoutForwarding, '--nodes', 'node2']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toMatch(/1 node and \d pods? looked at/);
  });

  test('below --fail-on: 0', async () => {
    expect(await skoop(['check', '--snapshot', withoutForwarding, '--fail-on', 'fatal'])).toMatchObject({ status: 0, stderr: '' });
  });

  test('a node that gave no dump: 3', async () => {
    const ran = await skoop(['check', '--snapshot', withoutNode, '-o', 'wide']);
    expect(ran).toMatchObject({ status: 3, stderr: '' });
    expect(ran.stdout).toMatch(/COLLECT_NODE_UNREACHABLE .*node2[^]*NOT COLLECTED\n {2}node node2/);
  });

  test('a node that there is not: 2', async () => {
    expect(await skoop(['check', '--snapshot', CLUSTER, '--nodes', 'node9'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/there is no node node9\n.*node1, node2/),
    });
  });
});

describe('skoop diagnose --snapshot', () => {
  test('delivered: 0', async () => {
    const ran = await skoop(['diagnose', '--snapshot', CLUSTER, POD.clientOnNode1, 'svc/web', '-o', 'json']);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(answer(ran)).toMatchObject({ verdict: 'delivered' });
  });

  test('dropped: 1, with the rule that does it', async () => {
    const ran = await skoop(['-s', POD.clientOnNode1, '-d', POD.webOnNode2, '-p', '8080', '--snapshot', dropped, '-o', 'json']);
    expect(ran.status).toBe(1);
    expect(answer(ran).verdict).toBe('dropped');
    expect(answer(ran).suspicions).toContainEqual(
      expect.objectContaining({ code: 'NETFILTER_DROP', cause: true, on: { type: 'node', id: 'node1' } }),
    );
  });

  test('unknown: 3', async () => {
    const ran = await skoop(['diagnose', '--snapshot', withoutNode, POD.clientOnNode1, `${POD.webOnNode2}:8080`, '-o', 'json']);
    expect(answer(ran)).toMatchObject({ verdict: 'unknown' });
    expect(ran.status).toBe(3);
  });

  test('a list of answers, and the worst status, with --all', async () => {
    const ran = await skoop(['diagnose', '--snapshot', dropped, '--all', 'deploy/client', POD.webOnNode2, '-o', 'json']);
    const { kind, items } = JSON.parse(ran.stdout) as { kind: string; items: Answer[] };
    expect(kind).toBe('DiagnosisList');
    expect(items.map(({ verdict }) => verdict).sort()).toEqual(['delivered', 'dropped']);
    expect(ran.status).toBe(1);
  });
});
