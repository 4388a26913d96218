#!/usr/bin/env node
// What more rules and more namespaces cost: to read a machine's dump, and to trace a packet in it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineDump } from './machine.mjs';
import { median } from './measure.mjs';
import { kubeProxyNft, kubeProxySave } from './services.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const WORKER = new URL('./trace-machine.mjs', import.meta.url).pathname;
/** Lines of an iptables-save for one Service with four endpoints: the rules, and the chains that they stand in. */
const LINES = 19;

const folder = mkdtempSync(join(tmpdir(), 'skoop-bench-'));
try {
  console.log('what grows                  number        read, each   to a Service     to a pod      memory');
  for (const lines of [1_000, 10_000, 100_000]) row('lines of iptables-save', lines, { services: Math.round(lines / LINES), pods: 2 });
  for (const lines of [1_000, 10_000, 100_000])
    row('rules and chains of nft', lines, { services: Math.round(lines / LINES), pods: 2, nft: true });
  for (const pods of [10, 100, 1_000]) row('namespaces', pods, { services: 10, pods });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function row(what, number, { services, pods, nft = false }) {
  const file = join(folder, 'dump');
  writeFileSync(file, machineDump({ pods, ...(nft ? { nft: kubeProxyNft(services, 4) } : { save: kubeProxySave(services, 4) }) }));
  const runs = Array.from({ length: ROUNDS }, () => measured(file, services, pods));
  const of = (key) => median(runs.map((run) => run[key]));
  const micro = (seconds) => `${(seconds * 1e6).toFixed(1)} µs`;
  const columns = [
    what.padEnd(24),
    String(number).padStart(9),
    micro(of('read') / number).padStart(17),
    micro(of('toService')).padStart(14),
    micro(of('toPod')).padStart(12),
    `${(of('peak') / 1e6).toFixed(0)} MB`.padStart(11),
  ];
  console.log(columns.join(' '));
}

function measured(file, services, pods) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [WORKER, file, String(services), String(pods)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
