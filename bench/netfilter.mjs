#!/usr/bin/env node
// Reading and walking the rules of large clusters, against the tools that read the same files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTurn, runsInTurn, spread } from './measure.mjs';
import { kubeProxyNft, kubeProxySave } from './services.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const NFT_WORKER = new URL('./read-nft.mjs', import.meta.url).pathname;
const WORKER = new URL('./read-save.mjs', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'skoop-bench-'));
try {
  const file = (services) => {
    const path = join(folder, `${services}.save`);
    writeFileSync(path, kubeProxySave(services, 4));
    return path;
  };
  const big = file(10_000);
  const size = readFileSync(big).length;
  console.log(`10,000 Services with 4 endpoints: ${(size / 1e6).toFixed(1)} MB`);
  const readBig = [process.execPath, WORKER, 'read', big];
  const tool = ['sh', '-c', `iptables-nft-restore --test <${big}`];
  const hasTool = spawnSync('sh', ['-c', 'command -v iptables-nft-restore']).status === 0 && process.getuid?.() === 0;
  if (!hasTool) console.log('reading: not compared: needs iptables-nft-restore, as root');
  else {
    const [ourRuns, theirRuns] = runsInTurn([readBig, tool], ROUNDS);
    const theirs = theirRuns.map(({ seconds }) => seconds);
    const whole = ourRuns.map(({ seconds }) => seconds);
    const reading = ourRuns.map(({ stdout }) => JSON.parse(stdout).read);
    for (const [what, ours] of Object.entries({ reading, 'reading, with the start of Node.js and the loading of both files': whole })) {
      const ratios = theirs.map((time, i) => time / ours[i]);
      console.log(
        `${what}: ${spread(ratios, 1)} × faster than iptables-nft-restore --test (${spread(ours)} s against ${spread(theirs)} s)`,
      );
    }
  }
  const peak = Number(report(readBig).peak);
  console.log(`peak memory: ${(peak / size).toFixed(1)} × the file (${(peak / 1e6).toFixed(0)} MB)`);

  const nft = (services) => {
    const path = join(folder, `${services}.json`);
    writeFileSync(path, kubeProxyNft(services, 4));
    return path;
  };
  const small = nft(1_000);
  const readSmall = [process.execPath, NFT_WORKER, small];
  const checks = ['sh', '-c', `nft -c -j -f ${small}`];
  if (!hasTool) console.log('reading nft: not compared: needs nft, as root');
  else {
    const [ours, theirs] = inTurn([readSmall, checks], ROUNDS);
    const ratios = theirs.map((time, i) => time / ours[i]);
    console.log(
      `reading 1,000 Services of nft, whole process: ${spread(ratios, 1)} × faster than nft -c (${spread(ours)} s, ${spread(theirs)} s)`,
    );
  }
  const bigNft = nft(10_000);
  const nftRuns = Array.from({ length: ROUNDS }, () => report([process.execPath, NFT_WORKER, bigNft]));
  console.log(
    `reading 10,000 Services of nft (${(readFileSync(bigNft).length / 1e6).toFixed(0)} MB): ` +
      `${spread(
        nftRuns.map(({ read, json }) => read / json),
        1,
      )} × as long as JSON.parse alone (${spread(nftRuns.map(({ read }) => read))} s), ` +
      `peak memory ${(nftRuns[0].peak / readFileSync(bigNft).length).toFixed(1)} × the file`,
  );

  for (const services of [1_000, 10_000]) {
    const rates = Array.from({ length: ROUNDS }, () => Number(report([process.execPath, WORKER, 'walk', file(services)]).rate));
    console.log(`walking PREROUTING to a random one of ${services} Services: ${spread(rates, 0)} packets a second`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function report([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
