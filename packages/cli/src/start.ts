import { basename } from 'node:path';
import { Exit } from './run/exit.ts';
import { PACKAGE_ROOT, packageVersion } from './run/package-root.ts';
import { isKnown, routeArguments } from './run/route.ts';

/** Runs the program and ends the process. `invokedAs` is the path that it was started by. */
export async function start(argv: readonly string[], invokedAs: string): Promise<void> {
  handleClosedPipes();
  if (argv.length === 1 && argv[0] === '--version') {
    process.stdout.write(`skoop ${packageVersion()}\n`);
    return;
  }
  if (basename(invokedAs).startsWith('kubectl-')) process.env['SKOOP_INVOKED_AS'] = 'kubectl skoop';
  // oclif's help reads the variable when it is loaded.
  if (argv.includes('--no-color')) process.env['NO_COLOR'] = '1';
  const status = await run(routeArguments(argv));
  await drained(process.stdout);
  await drained(process.stderr);
  process.exit(status);
}

async function run(args: string[]): Promise<number> {
  try {
    if (!isKnown(args)) throw await (await import('./errors/unknown.ts')).unknownCommand(args);
    const { run: runOclif } = await import('@oclif/core/run');
    const status = await runOclif(args, PACKAGE_ROOT);
    return typeof status === 'number' ? status : Exit.ok;
  } catch (error) {
    const { isExit } = await import('./errors/oclif-exit.ts');
    const status = isExit(error);
    if (status !== undefined) return status;
    const { toFailure } = await import('./errors/failure.ts');
    const { renderFailure } = await import('./errors/render-failure.ts');
    const failure = toFailure(error);
    process.stderr.write(
      renderFailure(
        failure,
        args.some((argument) => /^(-v+|-v=\d|--verbose)$/.test(argument)),
      ),
    );
    return failure.exit;
  }
}

/** `skoop … | head`: the reader has what it wanted. The run ends as it would, what it made in the cluster is still removed. */
function handleClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exit(Exit.usage);
    });
  }
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed || stream.errored !== null) resolve();
    else
      stream.write('', () => {
        resolve();
      });
  });
}
