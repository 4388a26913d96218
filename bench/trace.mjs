#!/usr/bin/env node
// `skoop trace --batch --brief`, as a whole process: packets from a pod to random Services of a node.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machineDump } from './machine.mjs';
import { median, spread } from './measure.mjs';
import { kubeProxySave, serviceAddress } from './services.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SKOOP = fileURLToPath(new URL('../packages/cli/bin/skoop.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'skoop-bench-'));
try {
  for (const services of [1_000, 10_000])
    for (const endpoints of [1, 4]) {
      const dump = join(folder, 'dump');
      writeFileSync(dump, machineDump({ save: kubeProxySave(services, endpoints) }));
      const what = `${services} Services with ${endpoints} endpoint${endpoints === 1 ? '' : 's'}`;
      for (const isFresh of [true, false]) {
        const packets = isFresh ? 50_000 : 200_000;
        const requests = join(folder, 'requests');
        writeFileSync(requests, Array.from({ length: packets }, (_, n) => `${JSON.stringify(request(n, services, isFresh))}\n`).join(''));
        const few = join(folder, 'few');
        writeFileSync(few, `${JSON.stringify(request(0, services, isFresh))}\n`);
        // Once with one packet: what a run costs whatever it is asked.
        const runs = Array.from({ length: ROUNDS }, () => ({ all: run(dump, requests, packets), one: run(dump, few, 1) }));
        const whole = runs.map(({ all }) => packets / all);
        const each = median(runs.map(({ all, one }) => (all - one) / packets));
        console.log(
          `trace --batch --brief, ${what}, ${isFresh ? 'no packet twice' : 'the same packets again and again'}: ` +
            `${spread(whole, 0)} packets a second as a whole process, ${(each * 1e6).toFixed(1)} µs for one more`,
        );
      }
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function request(n, services, isFresh) {
  const dst = serviceAddress((Math.imul(n, 2654435761) >>> 8) % services);
  return { in: 'default/pod-0', dst, protocol: 'tcp', dport: 80, ...(isFresh && { sport: 1024 + (n % 60_000) }) };
}

function run(dump, requests, packets) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [SKOOP, 'trace', dump, '--batch', '--brief'], {
    stdio: [openSync(requests, 'r'), 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const seconds = (performance.now() - begin) / 1000;
  const delivered = stdout.split('\n').filter((line) => line.includes('"delivered"')).length;
  if (status !== 0 || delivered !== packets) throw new Error(`${delivered} of ${packets} were delivered: ${stderr}`);
  return seconds;
}
