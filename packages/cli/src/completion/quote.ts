/** Inside single quotes of bash, zsh and sh. */
export function shQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Inside single quotes of fish. */
export function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Inside single quotes of PowerShell. */
export function powershellQuote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
