import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiServer, kubeconfigFor } from './api-server.ts';
import { folder } from './folders.ts';
import { APP, complaint, skoop } from './installed.ts';
import { CLUSTER, POD, changedCluster } from './recorded-cluster.ts';

const H1 = fileURLToPath(new URL('__fixtures__/two-wires/h1.dump', import.meta.url));
const recorded = readFileSync(CLUSTER);
const dump = readFileSync(H1);
const files = folder({
  'empty.tar.gz': '',
  'words.tar.gz': 'hello\n',
  'corrupt.tar.gz': Buffer.concat([recorded.subarray(0, 300), Buffer.alloc(2000, 0xa5)]),
  'other/readme.txt': 'no snapshot\n',
  'garbage.kubeconfig': 'clusters: [\n',
  'nothing.kubeconfig': 'apiVersion: v1\nkind: Config\n',
  'gone.kubeconfig': 'apiVersion: v1\nkind: Config\ncurrent-context: gone\n',
  'empty.dump': '',
  'words.dump': 'hello\n',
  'newer.dump': 'skoop-dump 99 node=h1\n',
});
const file = (name: string): string => join(files, name);
const newer = changedCluster({ 'manifest.json': (text) => text.replace('"formatVersion": 1', '"formatVersion": 99') });
const forbids = await apiServer('forbids');
const silent = await apiServer('silent');

const { clientOnNode1: client, webOnNode1: web } = POD;
const inSnapshot = (...args: string[]): string[] => ['diagnose', '--snapshot', CLUSTER, ...args];
const inCluster = (kubeconfig: string, ...args: string[]): string[] => ['diagnose', client, 'svc/web', '--kubeconfig', kubeconfig, ...args];

describe('one clear message, and the status that interface promises', () => {
  test.each<[name: string, args: readonly string[], status: 2 | 4, says: RegExp]>([
    // the cluster
    ['no kubeconfig', ['diagnose', client, 'svc/web'], 2, /there is no kubeconfig.*\n.*--kubeconfig/],
    ['a kubeconfig that is not there', inCluster('/nope'), 2, /kubeconfig \/nope does not exist/],
    ['a kubeconfig that is garbage', inCluster(file('garbage.kubeconfig')), 2, /garbage\.kubeconfig is malformed.*line/],
    ['a kubeconfig without a context', inCluster(file('nothing.kubeconfig')), 2, /no current context/],
    ['a kubeconfig whose context is not there', inCluster(file('gone.kubeconfig')), 2, /context "?gone"?/],
    ['a folder for a kubeconfig', inCluster(files), 2, /kubeconfig .*folder|directory/],
    [
      'nobody at that address',
      inCluster(kubeconfigFor('http://127.0.0.1:1')),
      4,
      /http:\/\/127\.0\.0\.1:1.*refused|refused.*127\.0\.0\.1:1/s,
    ],
    ['a name that does not resolve', inCluster(kubeconfigFor('https://api.invalid')), 4, /api\.invalid/],
    ['an address that is none', inCluster(kubeconfigFor('not a url')), 2, /not a url/],
    ['an API server that never answers', inCluster(silent, '--timeout', '2s'), 4, /did not answer within 2 s/],
    ['an API server that lets us read nothing', inCluster(forbids), 4, /list.*(nodes|pods)/],
    ['the same for a snapshot', ['snapshot', '--output', file('x.tar.gz'), '--kubeconfig', forbids], 4, /list.*(nodes|pods)/],
    ['the same for cleanup', ['cleanup', '--kubeconfig', forbids], 4, /list.*pods/],
    // the question
    ['an unknown pod', inSnapshot('default/client', 'svc/web'), 2, /no pod default\/client .*\n.*pod\/default\/client-676b64bf44-5cwrq/],
    ['an unknown Service', inSnapshot(client, 'svc/wep'), 2, /no Service default\/wep .*\n.*svc\/default\/web/],
    ['an unknown namespace', inSnapshot('pod/defualt/x', 'svc/web'), 2, /no .*defualt/],
    ['an unknown kind', inSnapshot('secret/x', 'svc/web'), 2, /secret/],
    ['no port', inSnapshot(client, 'node/node1'), 2, /node\/node1 needs a port/],
    ['a Service of several ports', inSnapshot(client, 'kube-dns.kube-system.svc', '--protocol', 'sctp'), 2, /53/],
    ['a port that is none', inSnapshot(client, 'svc/web', '-p', '70000'), 2, /70000/],
    ['a port that the pod has not', inSnapshot(client, `${web}:nope`), 2, /no port named "nope".*\n.*http 8080\/TCP/],
    ['two ports', inSnapshot(client, `${web}:80`, '-p', '81'), 2, /80.*81|81.*80/s],
    ['no destination', inSnapshot(client), 2, /the destination is missing/],
    ['an argument too many', inSnapshot(client, 'svc/web', 'x'), 2, /argument.*: x/],
    // files
    ['a snapshot that is not there', ['diagnose', client, web, '--snapshot', '/nope'], 2, /there is no \/nope/],
    ['an empty file', ['diagnose', client, web, '--snapshot', file('empty.tar.gz')], 2, /empty\.tar\.gz is empty/],
    ['a file that is no snapshot', ['diagnose', client, web, '--snapshot', file('words.tar.gz')], 2, /words\.tar\.gz is no snapshot/],
    ['a folder that is no snapshot', ['diagnose', client, web, '--snapshot', file('other')], 2, /this is no snapshot/],
    ['a corrupt archive', ['diagnose', client, web, '--snapshot', file('corrupt.tar.gz')], 2, /corrupt\.tar\.gz/],
    ['a dump in place of a snapshot', ['diagnose', client, web, '--snapshot', H1], 2, /dump of one node, not a snapshot/],
    ['a snapshot of a newer format', ['diagnose', client, web, '--snapshot', newer], 2, /format 99, this skoop reads 1/],
    ['an empty dump', ['trace', file('empty.dump'), '--in', 'host', '-d', '10.0.0.1', '-p', '80'], 2, /the dump is empty/],
    ['a file that is no dump', ['trace', file('words.dump'), '--in', 'host', '-d', '10.0.0.1', '-p', '80'], 2, /no dump of the collector/],
    [
      'a dump of a newer format',
      ['trace', file('newer.dump'), '--in', 'host', '-d', '10.0.0.1', '-p', '80'],
      2,
      /format 99, this skoop reads 1/,
    ],
    [
      'a file that can not be written',
      inSnapshot(client, 'svc/web', '--output', '/nope/x'),
      2,
      /can't open \/nope\/x: there is no such file or folder/,
    ],
    ['a folder in place of it', inSnapshot(client, 'svc/web', '--output', files), 2, /it is a folder/],
    // the line
    ['an unknown command', ['diagnoze', 'a', 'b'], 2, /no command "diagnoze"; did you mean "diagnose"\?/],
    ['an unknown flag', inSnapshot(client, 'svc/web', '--al-backends'), 2, /no flag --al-backends; did you mean --all-backends\?/],
    ['an unknown format', inSnapshot(client, 'svc/web', '-o', 'jsn'), 2, /-o jsn: there is no such format\n.*json/],
    ['a format to come', inSnapshot(client, 'svc/web', '-o', 'svg'), 2, /-o svg: this format is not there yet/],
    ['the web page to come', inSnapshot(client, 'svc/web', '--http'), 2, /--http: the web page is not there yet/],
    ['a word for a number', inSnapshot(client, 'svc/web', '--sport', 'high'), 2, /--sport: "high" is no whole number/],
    ['a number out of range', inSnapshot(client, 'svc/web', '--sport', '70000'), 2, /--sport: 70000 is no port/],
    ['a duration that is none', inSnapshot(client, 'svc/web', '--timeout', 'fast'), 2, /--timeout: "fast" is no duration/],
    [
      'a value that is none of the list',
      inSnapshot(client, 'svc/web', '--fail-on', 'bad'),
      2,
      /--fail-on=bad.*info, warning, critical, fatal/,
    ],
    ['a flag without its value', [...inSnapshot(client, 'svc/web'), '-o'], 2, /--format expects a value/],
    ['no shell', ['completion'], 2, /shell +bash, zsh/],
    ['a shell that is none', ['completion', 'tcsh'], 2, /no completion for "tcsh"\n.*bash/],
    ['a code that is none', ['explain', 'NODE_CLOUD'], 2, /no suspicion code "NODE_CLOUD"\n.*NODE_CLOUD_UNSEEN/],
    ['a plugin that is none', ['plugins', 'inspect', 'flanel'], 2, /no plugin "flanel"\n.*flannel/],
    ['a snapshot to nowhere', ['snapshot'], 2, /--output/],
  ])('%s', async (_name, args, status, says) => {
    const ran = await skoop(args);
    expect(complaint(ran)).toMatch(says);
    expect(ran.status).toBe(status);
  });

  test.each<[name: string, file: string, text: string, says: RegExp]>([
    ['a configuration file that is no YAML', 'skoop.config.yaml', 'format: [\n', /skoop\.config\.yaml, line \d/],
    ['a value in it that is wrong', 'skoop.config.json', '{\n  "sport": "high"\n}', /skoop\.config\.json.*2.*"high" is no whole number/],
  ])('%s', async (_name, name, text, says) => {
    const ran = await skoop(inSnapshot(client, 'svc/web'), { cwd: folder({ [name]: text }) });
    expect(complaint(ran)).toMatch(says);
    expect(ran.status).toBe(2);
  });

  test('a setting that nothing reads is a warning', async () => {
    const ran = await skoop(inSnapshot(client, 'svc/web', '-o', 'json'), { cwd: folder({ 'skoop.config.json': { snapshto: 'x' } }) });
    expect(ran.stderr).toMatch(/^warning: .*snapshto.*snapshot/);
    expect(ran.status).toBe(0);
  });
});

test('nothing was written by runs that failed', () => {
  expect(readdirSync(files)).not.toContain('x.tar.gz');
});

describe('what is broken is used as far as it goes', () => {
  test('a cut dump: its end is said to be missing', async () => {
    const cut = join(folder({ 'cut.dump': dump.subarray(0, 2000) }), 'cut.dump');
    const ran = await skoop(['trace', cut, '--in', 'host', '-d', '10.2.0.1', '-p', '80', '-o', 'json']);
    expect(ran.stderr).toMatch(/^warning: .*cut\.dump: the stream ends too early, inside of host\/sysctl: what follows is missing\n$/);
    expect(JSON.parse(ran.stdout)).toHaveProperty('verdict');
  });

  test('a cut archive: what is not in it is unknown, and never taken for a fault', async () => {
    const cut = join(folder({ 'cut.tar.gz': recorded.subarray(0, 30_000) }), 'cut.tar.gz');
    const ran = await skoop(['diagnose', client, `${POD.webOnNode2}:8080`, '--snapshot', cut, '-o', 'json']);
    expect(ran.stderr).toMatch(/^warning: .*the archive is cut after .*: what follows is missing/);
    expect(JSON.parse(ran.stdout)).toMatchObject({ verdict: 'unknown' });
    expect(ran.status).toBe(3);
  });
});

test.each([
  ['skoop explain | head -1', 'explain'],
  ['skoop diagnose … -o json | head -1', `diagnose --snapshot ${CLUSTER} ${client} svc/web -o json`],
])('a reader that leaves early: %s', (_name, line) => {
  const script = `set -o pipefail; ${APP}/node_modules/.bin/skoop ${line} 2>&1 | head -1; echo "status \${PIPESTATUS[0]}"`;
  const output = execFileSync('bash', ['-c', script], { cwd: files, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: files } });
  expect(output).toMatch(/^.+\nstatus 0\n$/);
});
