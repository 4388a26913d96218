import { COMMANDS } from '../flags/commands.ts';
import type { Flag } from '../flags/flag.ts';

const HELP = new Set(['-h', '--help']);
/** They name an end of the packet, so that what follows may be the other end, called like a command. */
const ENDS = new Set(['src', 'dst']);

/**
 * Which command is meant: `skoop -s A -d B` is a diagnosis, as in KubeSkoop; `skoop help X` is `skoop X --help`;
 * `skoop --context prod snapshot` is `skoop snapshot --context prod`, as kubectl has it.
 */
export function routeArguments(argv: readonly string[]): string[] {
  const { flags, names } = leadingFlags(argv);
  const word = argv[flags];
  const front = argv.slice(0, flags);
  if (word === undefined) return argv.length === 0 || front.some((flag) => HELP.has(flag)) ? ['--help'] : ['diagnose', ...argv];
  const rest = argv.slice(flags + 1);
  if (word === 'help') return [...rest, ...front, '--help'];
  if (!isCommand(word, names)) return flags > 0 || word === '--' ? ['diagnose', ...argv] : [...argv];
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  return [word, ...rest.slice(0, end), ...front, ...rest.slice(end)];
}

/** Whether a command is there, after routing; help is. */
export function isKnown([word = '', second = '']: readonly string[]): boolean {
  if (word.startsWith('-')) return true;
  const isTopic = Object.keys(COMMANDS).some((words) => words.startsWith(`${word} `));
  return Object.hasOwn(COMMANDS, isTopic && /^[^-]/.test(second) ? `${word} ${second}` : word);
}

function isCommand(word: string, names: ReadonlySet<string>): boolean {
  const flags = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (flags === undefined) return false;
  return [...names].every((name) => !ENDS.has(name) || flags.some((flag) => flag.name === name));
}

/** How many arguments in front are flags and their values, and which flags those are. */
function leadingFlags(argv: readonly string[]): { readonly flags: number; readonly names: ReadonlySet<string> } {
  const names = new Set<string>();
  let at = 0;
  for (let argument = argv[at]; argument !== undefined && /^-./.test(argument) && argument !== '--'; argument = argv[at]) {
    const flag = flagOf(argument);
    if (flag !== undefined) names.add(flag.name);
    at += takesNext(argument, flag, argv[at + 1]) ? 2 : 1;
  }
  return { flags: at, names };
}

function takesNext(argument: string, flag: Flag | undefined, next: string | undefined): boolean {
  if (next === undefined || argument.includes('=')) return false;
  // `-ojson` holds its value; `-vv` has none.
  if (flag !== undefined) return flag.type !== 'boolean' && (argument.startsWith('--') || argument.length === 2);
  // A plugin's, of which nothing is known before the plugins are found: a command's name is no value of it.
  return !next.startsWith('-') && !Object.hasOwn(COMMANDS, next);
}

function flagOf(argument: string): Flag | undefined {
  const name = argument.startsWith('--') ? argument.slice(2).split('=', 1)[0] : undefined;
  for (const flags of Object.values(COMMANDS)) {
    const found = flags.find((flag) => (name === undefined ? flag.char === argument.charAt(1) : flag.name === name));
    if (found !== undefined) return found;
  }
  return undefined;
}
