// Runs every suite that this machine can run, says of each other what it needs, and ends with one line of totals.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, pnpm } from './bootstrap.mjs';
import { withCluster } from './cluster.mjs';
import { root, run } from './process.mjs';
import { missing } from './requirements.mjs';

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];

/** In the order of their cost. `files` is a glob of test files; without one the suite is a list of commands. */
const suites = [
  {
    name: 'check',
    commands: [
      ['exec', 'turbo', 'run', 'lint', 'publint', 'types', 'format:check', 'unused', '--output-logs=errors-only'],
      ['exec', 'node', 'scripts/api.mjs', '--check'],
    ],
  },
  { name: 'unit', files: '**/!(*.kernel|*.cluster|*.install).test.ts' },
  { name: 'install', files: '**/*.install.test.ts' },
  { name: 'kernel', files: '**/*.kernel.test.ts', serial: true },
  { name: 'cluster', files: '**/*.cluster.test.ts', serial: true, cluster: true },
];

/** @param {readonly string[]} names suites to run; all without any. What follows `--` goes to jest. */
export async function test(names) {
  const cut = names.indexOf('--');
  const extra = cut < 0 ? [] : names.slice(cut + 1);
  const wanted = cut < 0 ? names : names.slice(0, cut);
  const unknown = wanted.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`no suite ${unknown.join(', ')}; there are ${suites.map((suite) => suite.name).join(', ')}`);
    return 2;
  }
  await build();
  const totals = { passed: 0, failed: 0 };
  const left = [];
  for (const suite of suites) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    const needs = missing(suite.name);
    if (needs !== undefined) {
      left.push(`not run: ${suite.name}: ${needs}`);
      continue;
    }
    console.log(`\n== ${suite.name}`);
    const { passed, failed } = await runSuite(suite, extra);
    totals.passed += passed;
    totals.failed += failed;
  }
  // In CI a suite that is left out is a failure.
  if (process.env.SKOOP_TEST_ALL === '1') totals.failed += left.length;
  console.log('');
  for (const line of left) console.log(line);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}

async function runSuite(suite, extra) {
  if (suite.files === undefined) return runCommands(suite);
  if (!suite.cluster) return runJest(suite, extra, process.env);
  return runVariants(suite, extra);
}

/** A cluster after the other: each runs what there is to say of its kind. `LAB_VARIANT` names the one that is wanted, or `all`. */
async function runVariants(suite, extra) {
  const variants = JSON.parse(readFileSync(join(root, 'lab/cluster/variants.json'), 'utf8'));
  const wanted = process.env.LAB_VARIANT ?? (process.env.LAB_KUBECONFIG === undefined ? undefined : variants[0].name);
  const chosen = variants.filter(({ name, extra }) => (wanted === undefined ? extra !== true : wanted === 'all' || wanted === name));
  const totals = { passed: 0, failed: chosen.length === 0 ? 1 : 0 };
  if (chosen.length === 0)
    console.error(`LAB_VARIANT: there is no variant ${wanted}; there are ${variants.map(({ name }) => name).join(', ')}, all`);
  for (const variant of chosen) {
    const { name, cni, proxy, dual } = variant;
    console.log(`\n== ${suite.name}: ${name}`);
    const options = ['--cni', cni, '--proxy', proxy, ...(dual ? ['--dual'] : [])];
    // How skoop behaves does not depend on the network: it is asked once.
    const files = variant === variants[0] ? suite.files : `**/@(${topicsOf(variant).join('|')}).cluster.test.ts`;
    const work = (env) => runJest({ ...suite, files }, extra, { ...env, LAB_VARIANT: name });
    const { passed, failed } = (await withCluster(options, work)) ?? { passed: 0, failed: 1 };
    totals.passed += passed;
    totals.failed += failed;
  }
  return totals;
}

/** What is asked of a kind of cluster that is not the first. */
function topicsOf({ extra, cloud }) {
  return extra ? ['healthy'] : ['healthy', 'faults', ...(cloud ? ['aliyun'] : [])];
}

async function runCommands(suite) {
  let failed = 0;
  for (const command of suite.commands) if ((await run(...pnpm(command))) !== 0) failed++;
  return { passed: suite.commands.length - failed, failed };
}

async function runJest(suite, extra, env) {
  const folder = mkdtempSync(join(tmpdir(), 'skoop-test-'));
  const report = join(folder, 'report.json');
  try {
    const args = [
      ...JEST,
      // No pattern over paths: what is given besides would widen it.
      '--testMatch',
      suite.files,
      '--json',
      `--outputFile=${report}`,
      '--reporters=default',
      ...(suite.serial ? ['--runInBand'] : []),
      ...extra,
    ];
    // The summary of the results goes to the report; what jest prints while it works is on standard error.
    const status = await run('node', args, { env, stdio: ['inherit', 'ignore', 'inherit'] });
    return counts(report, status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counts(report, status) {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const broken = result.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
    ).length;
    const skipped = result.numPendingTests;
    if (skipped > 0 && process.env.SKOOP_TEST_ALL === '1') console.log(`${skipped} tests were skipped`);
    const failed = result.numFailedTests + broken + (process.env.SKOOP_TEST_ALL === '1' ? skipped : 0);
    return { passed: result.numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
