import { describe, expect, test } from '@jest/globals';
import { type Endpoint, composeNetwork, recordedSource } from '@skoop/core';
import plugin from './plugin.ts';
import { Built } from './testing/built.ts';
import { type Mode, WEB } from './testing/nodes.ts';

const WEB_END: Endpoint = { kind: 'pod', namespace: 'default', name: 'web', ip: '192.168.1.5' };
const GUEST_END: Endpoint = { kind: 'pod', namespace: 'default', name: 'guest', ip: '192.168.1.9' };

/** web on node1 asks guest on node2, whose address is borrowed from node1's block; or the other way round. */
async function diagnosed(built: Built, way: 'there' | 'back') {
  const cluster = built.cluster();
  const source = recordedSource(cluster, cluster.hosts);
  const network = composeNetwork({ source, cni: { plugin, config: built.config() } });
  const [from, to] = way === 'there' ? [WEB_END, GUEST_END] : [GUEST_END, WEB_END];
  const question = { protocol: 'tcp', reply: true, signal: new AbortController().signal } as const;
  const { suspicions, path } = await network.diagnose(question, from, { ...to, port: 80 });
  await network.dispose();
  const worthTelling = suspicions.filter(({ level }) => level !== 'INFO');
  return {
    verdict: path.verdict,
    codes: worthTelling.map(({ code }) => code),
    causes: suspicions.filter(({ cause }) => cause === true).map(({ code, on }) => `${code} on ${on.id}`),
    texts: suspicions.map(({ message }) => message),
  };
}

describe('healthy: from pod to pod on another node', () => {
  test.each<[mode: Mode]>([['bgp'], ['ipip'], ['ipip-cross'], ['vxlan'], ['vxlan-cross'], ['dual'], ['wireguard']])(
    'in mode %s it is delivered, in silence',
    async (mode) => {
      for (const way of ['there', 'back'] as const)
        expect(await diagnosed(new Built(mode), way)).toMatchObject({ verdict: 'delivered', codes: [] });
    },
  );

  test('eBPF: programs decide', async () => {
    const built = new Built('bgp');
    built.items('ip-link', (links) => [...links, { ifindex: 20, ifname: 'bpfin.cali', flags: ['UP'], mtu: 1500, link_type: 'ether' }]);
    built.host['iptables-nft-save'] = '';
    for (const way of ['there', 'back'] as const) {
      const { verdict, texts } = await diagnosed(built, way);
      expect(verdict).toBe('unknown');
      expect(texts.join('\n')).toContain(`Calico's eBPF programs on ${WEB}`);
    }
  });
});

describe('the cause is found by the trace, and what Calico promises is beside it', () => {
  test.each<[fault: string, mode: Mode, change: (b: Built) => void, cause: string, beside: string]>([
    ["the node's end of the pair is down", 'bgp', (b) => b.down(WEB), 'ROUTE_BLACKHOLE on node1', 'CALICO_POD_DEVICE_DOWN'],
    [
      'the route to the pod is gone',
      'bgp',
      (b) => b.route('192.168.1.5', undefined),
      'ROUTE_BLACKHOLE on node1',
      'CALICO_POD_ROUTE_MISSING',
    ],
    [
      'the route to the pod leads to a wrong device (IPIP)',
      'ipip',
      (b) => b.route('192.168.1.5', { dev: 'tunl0' }),
      'NETFILTER_POLICY_DROP on node1',
      'CALICO_POD_ROUTE_WRONG',
    ],
    [
      'Felix does not know the pod',
      'vxlan',
      (b) =>
        b.lines('iptables-nft-save', (line) => (line.includes(`-g cali-tw-${WEB}`) || line.includes(`cali-tw-${WEB} `) ? undefined : line)),
      'NETFILTER_DROP on node1',
      'CALICO_POD_CHAINS_MISSING',
    ],
    [
      "the other node's pods are not taken for its own (WireGuard)",
      'wireguard',
      (b) => b.lines('wireguard', (line) => line.replace(' 192.168.1.9/32', '')),
      'MODEL_DEVICE_DROP on node1',
      'CALICO_WIREGUARD_ALLOWED',
    ],
    ['the tunnel is down', 'ipip', (b) => b.down('tunl0'), 'LINK_DOWN on node1', 'CALICO_DEVICE_DOWN'],
  ])('%s', async (_fault, mode, change, cause, beside) => {
    const built = new Built(mode);
    change(built);
    const { verdict, causes, codes } = await diagnosed(built, 'back');
    expect(verdict).not.toBe('delivered');
    expect(causes).toContain(cause);
    expect(codes).toContain(beside);
  });
});
