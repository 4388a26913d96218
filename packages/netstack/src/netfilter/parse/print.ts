import { type Token, lex } from './lexer.ts';

/** Words as iptables-save writes them (xtables: `xtables_save_string`): {@link lex} reads them back. */
export function printWords(words: readonly Token[]): string {
  return words.map(({ text, quoted }) => (quoted || /^$|[ \t"]/.test(text) ? `"${text.replace(/["'\\]/g, '\\$&')}"` : text)).join(' ');
}

/**
 * A line of an iptables-save as arguments for a shell, where `$` and backticks would mean something: what a remark says is text that
 * anybody wrote. `undefined` where the line can't be split into words.
 */
export function shellWords(line: string): string | undefined {
  return lex(line)
    ?.map(({ text }) => shellWord(text))
    .join(' ');
}

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
  return text === '!' || /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
