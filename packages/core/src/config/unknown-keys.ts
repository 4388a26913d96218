import type { ConfigFile } from './config-file.ts';
import { type ConfigProblem, configProblem } from './config-problem.ts';
import { nearest } from './did-you-mean.ts';

/** A problem for every key of the configuration file that is no flag of skoop or of a plugin found. */
export function unknownKeys(file: ConfigFile, known: ReadonlySet<string>): readonly ConfigProblem[] {
  return [...file.values].flatMap(([name, { file: path, line }]) => {
    if (known.has(name)) return [];
    const guess = nearest(name.replace(/^--/, ''), known);
    return [
      configProblem(
        'CONFIG_KEY_UNKNOWN',
        `configuration file ${path}, line ${String(line)}: there is no flag "${name}"${guess === undefined ? '' : `; did you mean "${guess}"?`}`,
        'skoop diagnose --help lists the flags; one of a plugin is known only where that plugin is installed',
      ),
    ];
  });
}
