import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_COLLECT } from './options.ts';
import { planCollection } from './plan.ts';
import { podManifest, podName } from './pod-manifest.ts';

const SCRIPT_PATH = '/tmp/skoop-collect.sh';

interface Spec {
  readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] } & Readonly<Record<string, unknown>>;
}
function manifest(script: string): Spec {
  return podManifest('node1', 'abcd', { ...DEFAULT_COLLECT, script }) as unknown as Spec;
}

/** What the kubelet makes of an argument where no variable of that name exists: third_party/forked/golang/expansion. */
function kubeletExpands(text: string): string {
  return text.replace(/\$\$/g, '$');
}

describe('a pod', () => {
  test('has no rights in the cluster, ends by itself, and goes anywhere', () => {
    expect(manifest('').spec).toMatchObject({
      nodeName: 'node1',
      hostPID: true,
      hostNetwork: true,
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: 90,
      tolerations: [{ operator: 'Exists' }],
      containers: [{ securityContext: { privileged: true }, resources: { limits: { memory: '512Mi' } } }],
    });
  });
  test('a plan names what is needed for it', () => {
    const plan = planCollection(['n1', 'n2'], { ...DEFAULT_COLLECT, script: '' });
    expect(plan.pods.map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(plan.rights).toContainEqual({ verbs: ['create', 'get'], group: '', resource: 'pods/exec', namespace: 'skoop' });
  });
});

describe('its name', () => {
  test('is valid and unique for any node', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 253 }), fc.string({ maxLength: 253 }), (one, two) => {
        expect(podName(one, 'abcd1234')).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
        if (one !== two) expect(podName(one, 'x')).not.toBe(podName(two, 'x'));
      }),
    );
  });
});

describe('the script arrives as it is', () => {
  beforeAll(() => rmSync(SCRIPT_PATH, { force: true }));
  afterAll(() => rmSync(SCRIPT_PATH, { force: true }));
  const noise = Array.from({ length: 60_000 }, (_, at) => String.fromCharCode(32 + ((at * at * 31 + at * 7) % 95))).join('');
  test.each([
    ['plain', 'echo hello\n'],
    ["with the shell's own signs", `echo "$$ $(id -u) $HOME" '$$(x)' \\ \`true\` %s %d\n`],
    ['larger than one argument may be', `# ${noise}${noise}${noise}\necho end\n`],
  ])('%s', (_name, script) => {
    const [shell = '', ...args] = manifest(script).spec.containers[0]?.command.map(kubeletExpands) ?? [];
    expect(Math.max(...args.map((argument) => Buffer.byteLength(argument)))).toBeLessThan(128 * 1024);
    const [option = '', unpack = '', ...rest] = args;
    execFileSync(shell, [option, unpack.replace(/exec sleep \d+/, 'true'), ...rest]);
    expect(existsSync(SCRIPT_PATH)).toBe(true);
    expect(readFileSync(SCRIPT_PATH, 'utf8')).toBe(script);
  });
});
