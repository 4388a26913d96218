const HELP = new Set(['-h', '--help']);
/** Those that may stand in front of a command's name: flags without a value. */
const LEADING = /^(-v+|-v=\d|--verbose|-q|--quiet|--no-color|--no-local-plugins)$/;

/**
 * Which command is meant: `skoop -s A -d B` is a diagnosis, as in KubeSkoop; `skoop help X` is `skoop X --help`;
 * `skoop -v snapshot` is `skoop snapshot -v`.
 */
export function routeArguments(argv: readonly string[]): string[] {
  if (argv[0] === 'help') return [...argv.slice(1), '--help'];
  const first = argv.findIndex((argument) => !LEADING.test(argument));
  const head = first < 0 ? undefined : argv[first];
  if (head === undefined) return argv.length === 0 ? ['--help'] : ['--help', ...argv];
  if (HELP.has(head)) return argv.slice(first);
  if (head.startsWith('-')) return ['diagnose', ...argv];
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return [...argv.slice(first, end), ...argv.slice(0, first), ...argv.slice(end)];
}
