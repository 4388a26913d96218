/** The candidates that look most like what was typed, best first. */
export function similar(text: string, candidates: readonly string[], limit = 5): readonly string[] {
  const wanted = bare(text);
  return candidates
    .map((candidate) => ({ candidate, score: score(wanted, bare(candidate)) }))
    .filter(({ score: points }) => points > 0)
    .sort((a, b) => b.score - a.score || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

function bare(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1).toLowerCase();
}

function score(wanted: string, candidate: string): number {
  if (wanted === candidate) return 100;
  if (wanted.length > 1 && (candidate.startsWith(wanted) || wanted.startsWith(candidate))) return 60;
  if (wanted.length > 2 && candidate.includes(wanted)) return 50;
  // A generated name: the workload's part is what people know.
  const distance = Math.min(edits(wanted, candidate), edits(wanted, candidate.split('-').slice(0, -2).join('-')) + 1);
  const allowed = Math.max(2, Math.floor(wanted.length / 3));
  return distance <= allowed ? 40 - distance : 0;
}

/** Levenshtein's distance, cut to what names can be long. */
function edits(a: string, b: string): number {
  const s = a.slice(0, 64);
  const t = b.slice(0, 64);
  let row = Array.from({ length: t.length + 1 }, (_, i) => i);
  for (let i = 1; i <= s.length; i++) {
    const next = [i];
    for (let j = 1; j <= t.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (s[i - 1] === t[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[t.length] ?? 0;
}
