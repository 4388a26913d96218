#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { inTurn, median, seconds, spread } from './measure.mjs';

const skoop = fileURLToPath(new URL('../packages/cli/bin/skoop.js', import.meta.url));
const bare = [process.execPath, '-e', '0'];
const rounds = Number(process.env.BENCH_ROUNDS ?? 9);

function startUp(args) {
  const [own, base] = inTurn([[process.execPath, skoop, ...args], bare], rounds);
  const ratios = own.map((time, i) => time / base[i]);
  console.log(`skoop ${args.join(' ')}: ${spread(ratios)} × node -e 0 (${spread(own)} s against ${spread(base)} s)`);
}

startUp(['--version']);
startUp(['diagnose', '--help']);
startUp(['demo']);

const kubeconfig = process.env.LAB_KUBECONFIG;
if (kubeconfig === undefined) console.log('skoop diagnose, live: not run: set LAB_KUBECONFIG (see lab/cluster)');
else {
  const from = process.env.BENCH_FROM ?? 'deploy/client';
  const to = process.env.BENCH_TO ?? 'svc/web';
  const image = process.env.BENCH_IMAGE ?? 'docker.io/lab/net:1';
  const more = [];
  const whole = [];
  for (let round = 0; round < Math.min(rounds, 5); round++) {
    const run = seconds([
      process.execPath,
      skoop,
      'diagnose',
      '--kubeconfig',
      kubeconfig,
      '--collector-image',
      image,
      '-v',
      '-v',
      from,
      to,
    ]);
    const pods = [...run.stderr.matchAll(/bytes in ([\d.]+) s/g)].map((match) => Number(match[1]));
    if (pods.length === 0) throw new Error(`no collector times in:\n${run.stderr}`);
    whole.push(run.seconds);
    more.push(run.seconds - Math.max(...pods));
  }
  console.log(`skoop diagnose, live: ${spread(whole)} s, ${median(more).toFixed(2)} s more than its slowest collector pod`);
}
