import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** Seconds that a command takes, as a whole process; its output is thrown away. */
export function seconds([command, ...args], options = {}) {
  const start = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28, ...options });
  if (error !== undefined) throw error;
  return { seconds: (performance.now() - start) / 1000, status, stdout: String(stdout), stderr: String(stderr) };
}

/** Runs commands in turn, after one round that does not count: what {@link seconds} says of each run. */
export function runsInTurn(commands, rounds) {
  for (const command of commands) seconds(command);
  const runs = commands.map(() => []);
  for (let round = 0; round < rounds; round++) for (const [i, command] of commands.entries()) runs[i].push(seconds(command));
  return runs;
}

/** The same, the seconds alone. */
export function inTurn(commands, rounds) {
  return runsInTurn(commands, rounds).map((runs) => runs.map((run) => run.seconds));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function spread(values, digits = 2) {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
}
