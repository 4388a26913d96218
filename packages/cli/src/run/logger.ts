import type { Log } from '@skoop/core';

/** quiet: errors only. normal: what a user wants to know. verbose, debug: what helps to find out why. */
export type Verbosity = 'quiet' | 'normal' | 'verbose' | 'debug';

export interface Logger extends Log {
  readonly verbosity: Verbosity;
  /** One line of talk that stands in every verbosity but quiet. */
  note(message: string): void;
  /** Never shows this text from now on. */
  hide(secret: string): void;
}

const RANK: Readonly<Record<Verbosity, number>> = { quiet: 0, normal: 1, verbose: 2, debug: 3 };

/** Writes to standard error, secrets replaced. */
export function createLogger(verbosity: Verbosity, write: (text: string) => void): Logger {
  const secrets = new Set<string>();
  const say = (needed: Verbosity, prefix: string) => (message: string) => {
    if (RANK[verbosity] >= RANK[needed]) write(`${redact(`${prefix}${message}`, secrets)}\n`);
  };
  return {
    verbosity,
    note: say('normal', ''),
    warn: say('normal', 'warning: '),
    info: say('normal', ''),
    debug: say('verbose', 'debug: '),
    hide: (secret) => {
      if (secret.length > 0) secrets.add(secret);
    },
  };
}

/** Longer secrets first, so that one inside another leaves nothing behind. */
export function redact(text: string, secrets: Iterable<string>): string {
  return [...secrets].sort((a, b) => b.length - a.length).reduce((result, secret) => result.replaceAll(secret, '<redacted>'), text);
}
