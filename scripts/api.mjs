// What the packages' entry points export, written down beside each package (api/ENTRY.api.md), so that a change of it is seen and meant.
//   npm run api              writes the reports anew
//   npm run api -- --check   fails where one is not what the code says, or where it is not what was released last and no changeset names the package
//   npm run api -- --release notes the reports as they are as released (a step of the release)
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './process.mjs';

const HEAD = 'What this entry point exports. Written by `npm run api`; see docs/decisions/0005-contracts-have-versions.md.';

/** Packages whose exports are for others: all but the program itself. */
function packages() {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name);
    const json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const entries = Object.entries(json.exports ?? {}).flatMap(([entry, target]) =>
      typeof target?.types === 'string' ? [{ name: entry === '.' ? 'index' : entry.slice(2), types: join(folder, target.types) }] : [],
    );
    return json.bin !== undefined || entries.length === 0 ? [] : [{ name: json.name, folder, entries }];
  });
}

/** The declarations of everything that a module exports, by name, without comments. */
function reportOf(program, types) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(types);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${relative(root, types)} is not there, or no module: build first`);
  const printer = ts.createPrinter({ removeComments: true });
  const blocks = checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const texts = (symbol.declarations ?? []).map((declaration) => {
      if (ts.isSourceFile(declaration)) return `namespace ${exported.name}`;
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      return printer.printNode(ts.EmitHint.Unspecified, node, declaration.getSourceFile()).replace(/^export (declare )?/, '');
    });
    return { name: exported.name, text: [...new Set(texts)].join('\n') };
  });
  return blocks.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text);
}

function text(name, entry, blocks) {
  return `# ${entry === 'index' ? name : `${name}/${entry}`}\n\n${HEAD}\n\n\`\`\`ts\n${blocks.join('\n\n')}\n\`\`\`\n`;
}

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 16);

/** Names of the packages that a changeset waiting for release is about. */
function announced() {
  const folder = join(root, '.changeset');
  const files = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return new Set(
    files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/^['"](@skoop\/[\w-]+)['"]: /gm)].map(([, name]) => name),
    ),
  );
}

const mode = process.argv[2];
const all = packages();
const program = ts.createProgram(
  all.flatMap(({ entries }) => entries.map(({ types }) => types)),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, skipLibCheck: true, noEmit: true },
);
const faults = [];
for (const { name, folder, entries } of all) {
  const reports = entries.map((entry) => ({ entry: entry.name, content: text(name, entry.name, reportOf(program, entry.types)) }));
  const released = join(folder, 'api', 'released.json');
  const hashes = Object.fromEntries(reports.map(({ entry, content }) => [entry, hash(content)]));
  if (mode === '--check') {
    for (const { entry, content } of reports) {
      const file = join(folder, 'api', `${entry}.api.md`);
      if (!existsSync(file) || readFileSync(file, 'utf8') !== content)
        faults.push(`${relative(root, file)} is not what ${name} exports: run npm run api, and look at what changed`);
    }
    const before = existsSync(released) ? readFileSync(released, 'utf8') : '{}';
    if (before !== `${JSON.stringify(hashes, undefined, 2)}\n` && !announced().has(name))
      faults.push(`what ${name} exports is not what was released, and no changeset names it: npx changeset`);
    continue;
  }
  mkdirSync(join(folder, 'api'), { recursive: true });
  for (const { entry, content } of reports) writeFileSync(join(folder, 'api', `${entry}.api.md`), content);
  if (mode === '--release') writeFileSync(released, `${JSON.stringify(hashes, undefined, 2)}\n`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
