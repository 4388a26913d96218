/** A word of a rule. A quoted one is never an option and never the `!` that negates. */
export interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/**
 * Splits a line as iptables-restore does (xtables: `add_param_to_argv`): blanks separate, `"` quotes, and inside quotes a backslash
 * takes the next character as it is; a quote that closes ends the word. `undefined` where a quote is not closed. Linear in the length of the line.
 */
export function lex(line: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let text = '';
  let open = false;
  let escaped = false;
  for (const character of line) {
    if (open) {
      if (escaped) {
        text += character;
        escaped = false;
      } else if (character === '\\') escaped = true;
      else if (character === '"') {
        open = false;
        tokens.push({ text, quoted: true });
        text = '';
      } else text += character;
    } else if (character === '"') open = true;
    else if (character === ' ' || character === '\t') {
      if (text !== '') tokens.push({ text, quoted: false });
      text = '';
    } else text += character;
  }
  if (open) return undefined;
  if (text !== '') tokens.push({ text, quoted: false });
  return tokens;
}
