import { CONTRACT_VERSION } from '@skoop/core';
import { textOf } from '../config/values.ts';
import { renderData, structuredFormat } from '../output/structured.ts';
import { writeStdout } from '../output/write.ts';
import { Exit, type ExitStatus } from '../run/exit.ts';
import { packageVersion } from '../run/package-root.ts';
import type { Run } from '../skoop-command.ts';

/** `skoop version`: what a bug report needs. */
export async function version(run: Run): Promise<ExitStatus> {
  const format = structuredFormat(textOf(run.values, 'format'));
  const facts = {
    skoop: packageVersion(),
    contract: CONTRACT_VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
  const text = `skoop ${facts.skoop} (contract ${facts.contract}, Node.js ${facts.node}, ${facts.platform})\n`;
  await writeStdout(format === 'text' ? text : await renderData(facts, format));
  return Exit.ok;
}
