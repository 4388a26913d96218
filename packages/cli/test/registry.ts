import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './folders.ts';

/** The last of the line that runs on Node.js 20. Installed when it is needed: by this suite alone, and it is large. */
const VERDACCIO = {
  private: true,
  dependencies: { verdaccio: '6.2.4' },
  // One of its packages asks for a tag of it (`cjs`) that a mirror need not have.
  overrides: { 'node-fetch': '2.7.0' },
};

/** A registry on loopback: our own packages are published to it, all others come through it from where npm is set up to take them. */
export interface Registry {
  readonly url: string;
  /** Content of a `.npmrc` by which npm uses it, and may publish. */
  readonly settings: string;
  stop(): Promise<void>;
}

export async function startRegistry(): Promise<Registry> {
  const upstream = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const port = await freePort();
  const root = folder({ 'package.json': VERDACCIO });
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], { cwd: root, stdio: 'ignore' });
  const everybody = { access: '$all', publish: '$all', unpublish: '$all' };
  writeFileSync(
    join(root, 'config.json'),
    JSON.stringify({
      storage: join(root, 'storage'),
      uplinks: { upstream: { url: upstream, max_fails: 100, timeout: '60s' } },
      packages: {
        '@skoop/*': everybody,
        'skoop-*': everybody,
        '**': { access: '$all', proxy: 'upstream' },
      },
      max_body_size: '100mb',
      log: { type: 'stdout', format: 'json', level: 'warn' },
      server: { keepAliveTimeout: 5 },
    }),
  );
  const args = ['--config', join(root, 'config.json'), '--listen', `127.0.0.1:${String(port)}`];
  const child = spawn(join(root, 'node_modules/.bin/verdaccio'), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const url = `http://127.0.0.1:${String(port)}/`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  for (let tries = 0; tries < 240; tries++) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${String(child.exitCode)}: ${said}`);
    const answers = await fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { url, settings: `registry=${url}\n//127.0.0.1:${String(port)}/:_authToken=nobody\n`, stop };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await stop();
  throw new Error(`the registry did not answer within two minutes: ${said}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
