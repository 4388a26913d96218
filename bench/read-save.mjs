#!/usr/bin/env node
// One measurement in a process of its own: read-save.mjs read|walk FILE prints it as JSON.
import { readFileSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import { serviceAddress } from './services.mjs';
import { baseChains, parseIp, parseNetfilter, walkChain } from '../packages/netstack/dist/bundle/index.js';

const [what, file] = process.argv.slice(2);
const bytes = readFileSync(file);
const begin = performance.now();
const artifact = { bytes, text: '', error: '', status: 0, truncated: false };
const { netfilter, gaps } = parseNetfilter({ id: 'n', artifacts: new Map([['iptables-legacy-save', artifact]]) });
const read = (performance.now() - begin) / 1000;
if (gaps.some(({ kind }) => kind === 'malformed')) throw new Error(`${file} was not understood: ${gaps[0].why}`);

if (what === 'read') console.log(JSON.stringify({ read, peak: resourceUsage().maxRSS * 1024 }));
else {
  const services = (bytes.toString('latin1').match(/ cluster IP" -m tcp --dport 80 -j KUBE-SVC/g) ?? []).length;
  const [{ table, chain }] = baseChains(netfilter, 4, 'prerouting');
  const packetTo = (n) => ({
    src: parseIp('10.200.0.1'),
    dst: parseIp(serviceAddress(n)),
    protocol: 6,
    sport: 40000,
    dport: 80,
    tcpFlags: 2,
    ttl: 64,
    length: 60,
    df: true,
    tos: 0,
    mark: 0,
  });
  const context = (n) => ({
    packet: packetTo(n),
    hook: 'prerouting',
    namespace: undefined,
    iif: 'eth0',
    oif: '',
    bridge: undefined,
    tracking: { state: 'NEW', entry: undefined, direction: 'original' },
    socket: undefined,
    nextHop: undefined,
  });
  const chooser = { chance: () => true, unknown: (_construct, _sources, options) => options[0] };
  const walk = (n) => {
    const { verdict } = walkChain(table, chain, context(n), chooser);
    if (verdict.kind !== 'nat') throw new Error(`Service ${n} was not translated but ${verdict.kind}`);
  };
  const steps = 50_000;
  for (let i = 0; i < 2_000; i++) walk((i * 7919) % services);
  const start = performance.now();
  for (let i = 0; i < steps; i++) walk((i * 7919) % services);
  console.log(JSON.stringify({ rate: steps / ((performance.now() - start) / 1000) }));
}
