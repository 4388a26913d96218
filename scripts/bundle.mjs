// Puts the entry points of the package that it is run in into a file each, and what they share into a few more: a start loads hundreds of
// modules otherwise, which takes longer than what they do. Packages stay what they are, but those that are named behind `with`.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const args = process.argv.slice(2);
const at = args.includes('with') ? args.indexOf('with') : args.length;
const within = args.slice(at + 1);
const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist/bundle', { recursive: true, force: true });
await build({
  entryPoints: args.slice(0, at).map((name) => `dist/${name}.js`),
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys(dependencies).filter((name) => !within.includes(name)),
  logLevel: 'warning',
});
