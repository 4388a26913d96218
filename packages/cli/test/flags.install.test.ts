import { describe, expect, test } from '@jest/globals';
import { skoop } from './installed.ts';
import { CLUSTER, POD } from './recorded-cluster.ts';

/** `--help`, as headings and what stands under each. */
async function helpOf(command: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await skoop([command, '--help']);
  const sections = stdout.split(/^(?=[A-Z][A-Z ]+$)/m).slice(1);
  return Object.fromEntries(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]));
}

/** Of KubeSkoop's table and of our own, by command and heading. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  diagnose: {
    FLAGS: 'src dst dport protocol sport no-reply all all-backends snapshot timeout fail-on dry-run format output no-local-plugins',
    'CONNECTION FLAGS': 'namespace kubeconfig context cluster user as as-group request-timeout',
    'NETWORK FLAGS': 'cloud-provider network-plugin proxy-mode cluster-cidr',
    'COLLECTOR FLAGS':
      'collector-image collector-image-pull-policy collector-namespace collector-pod-wait-interval collector-pod-wait-timeout preserve-collector-pod',
    'FLANNEL NETWORK PLUGIN FLAGS': 'flannel-backend-type flannel-bridge flannel-pod-mtu [no-]flannel-ip-masq flannel-host-interface',
    'COMMON FLAGS': 'help verbose quiet no-color',
  },
  trace: {
    FLAGS: 'in iif src dst dport sport protocol mark uid ttl length df icmp-type icmp-code no-reply batch brief format',
  },
  snapshot: { FLAGS: 'output nodes timeout dry-run', 'CONNECTION FLAGS': 'kubeconfig', 'FLANNEL NETWORK PLUGIN FLAGS': 'flannel-bridge' },
};

describe.each(Object.entries(FLAGS))('skoop %s --help', (command, headings) => {
  test('has every flag under its heading', async () => {
    const help = await helpOf(command);
    for (const [heading, flags] of Object.entries(headings))
      for (const flag of flags.split(' ')) expect(help[heading]).toContain(`--${flag}`);
  });

  test('has examples', async () => {
    expect((await helpOf(command))['EXAMPLES']).toContain(`skoop ${command} `);
  });
});

test('the same help by every way to ask for it', async () => {
  const ways = [
    ['diagnose', '--help'],
    ['diagnose', '-h'],
    ['help', 'diagnose'],
    ['-h', 'diagnose'],
    ['diagnose', 'a', 'b', '--help'],
  ];
  const texts = await Promise.all(ways.map((way) => skoop(way)));
  expect(new Set(texts.map(({ stdout }) => stdout)).size).toBe(1);
});

describe("a runbook that was written for KubeSkoop's skoop still runs", () => {
  test.each<[name: string, line: string]>([
    ['its form', '-s 10.244.0.5 -d 10.244.1.3 -p 8080 --protocol tcp'],
    ['its name of a kubeconfig', '--kube-config /nope -s 10.244.0.5 -d 10.244.1.3 -p 8080'],
    [
      'what it overrules',
      '--cloud-provider generic --network-plugin flannel --proxy-mode iptables --cluster-cidr 10.244.0.0/16 -s 10.244.0.5 -d 10.244.1.3 -p 8080',
    ],
    [
      'its collector',
      '--collector-image x --collector-image-pull-policy Always --collector-namespace x --collector-pod-wait-interval 2s --collector-pod-wait-timeout 2m --preserve-collector-pod --collector-cri-address unix:///x -s 10.244.0.5 -d 10.244.1.3 -p 8080',
    ],
    [
      "flannel's",
      '--flannel-backend-type vxlan --flannel-bridge cni0 --flannel-pod-mtu 1450 --flannel-ip-masq=true --flannel-host-interface eth0 -s 10.244.0.5 -d 10.244.1.3 -p 8080',
    ],
    ['its verbosity', '-v=4 -s 10.244.0.5 -d 10.244.1.3 -p 8080'],
  ])('%s', async (_name, line) => {
    const ran = await skoop([...line.split(' '), '--snapshot', CLUSTER, '-o', 'json']);
    expect(ran.status).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ verdict: 'delivered' });
  });
});

test('flags stand before the command or behind it', async () => {
  const [front, behind] = await Promise.all([
    skoop(['--snapshot', CLUSTER, '-o', 'json', 'diagnose', POD.clientOnNode1, 'svc/web']),
    skoop(['diagnose', POD.clientOnNode1, 'svc/web', '--snapshot', CLUSTER, '-o', 'json']),
  ]);
  expect(front).toEqual(behind);
});
