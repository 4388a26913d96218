#!/usr/bin/env node
// Reads a machine's dump and traces packets in it: trace-machine.mjs DUMP SERVICES PODS prints seconds of processor time,
// to read it and for a packet, as JSON.
import { readFileSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import { decodeNodeDump, hostFromDump } from '../packages/core/dist/bundle/index.js';
import { parseIp, trace } from '../packages/netstack/dist/bundle/index.js';
import { podAddress } from './machine.mjs';
import { serviceAddress } from './services.mjs';

const [file, services, pods] = process.argv.slice(2);
/** Of all threads: a busy machine does not change it much. */
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const begin = used();
const decoded = decodeNodeDump(readFileSync(file));
if (!decoded.ok) throw new Error(decoded.error.message);
const { host, pods: ids } = hostFromDump(decoded.value);
const read = used() - begin;

const world = { hosts: new Map([[host.id, host]]), fabric: { carry: () => ({ kind: 'external', reason: 'the benchmark ends here' }) } };
/** From a pod to a Service, or to another pod: each one another packet. */
const send = (n, toPod) => {
  const from = n % Number(pods);
  const dst = toPod ? podAddress((from + 1 + (n % 7)) % Number(pods)) : serviceAddress((n * 7919) % Number(services));
  const origin = { kind: 'socket', host: host.id, namespace: ids.get(`default/pod-${from}`) };
  const request = { origin, dst: parseIp(dst), protocol: 6, sport: 1024 + (n % 60_000), dport: toPod ? 8080 : 80 };
  const { verdict } = trace(world, request);
  if (verdict !== 'delivered') throw new Error(`${dst} was ${verdict}`);
};
const perPacket = (toPod) => {
  for (let n = 0; n < 2000; n++) send(n, toPod);
  const start = used();
  let count = 0;
  for (; used() - start < 1; count++) send(count, toPod);
  return (used() - start) / count;
};
const toService = perPacket(false);
const toPod = perPacket(true);
console.log(JSON.stringify({ read, toService, toPod, peak: resourceUsage().maxRSS * 1024 }));
