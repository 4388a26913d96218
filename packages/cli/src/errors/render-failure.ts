import type { Failure } from './failure.ts';

/** The text for standard error: what failed, with its code, then what to do. */
export function renderFailure(failure: Failure, showStack: boolean): string {
  const lines = [`error: ${failure.message}${failure.code === undefined ? '' : ` [${failure.code}]`}`];
  if (failure.remedy !== '') lines.push(...failure.remedy.split('\n').map((line) => `  ${line}`));
  if (showStack && failure.stack !== undefined) lines.push(failure.stack);
  return `${lines.join('\n')}\n`;
}
