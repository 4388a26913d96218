#!/usr/bin/env node
// Reads `nft -j list ruleset` in a process of its own, and the same text as mere JSON: read-nft.mjs FILE prints the times as JSON.
import { readFileSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import { parseNetfilter } from '../packages/netstack/dist/bundle/index.js';

const [file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const seconds = (work) => {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
};
const artifact = { text, error: '', status: 0, truncated: false };
const read = seconds(() => {
  const { gaps } = parseNetfilter({ id: 'n', artifacts: new Map([['nft', artifact]]) });
  const bad = gaps.find(({ kind }) => kind !== 'missing');
  if (bad !== undefined) throw new Error(`${file} was not understood: ${bad.why}`);
});
const peak = resourceUsage().maxRSS * 1024;
const json = seconds(() => JSON.parse(text));
console.log(JSON.stringify({ read, json, peak }));
