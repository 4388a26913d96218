import type { Source } from '../../source.ts';
import { type Pattern, fits } from './pattern.ts';
import type { Scalar } from './value.ts';

/** An element of a set, or of a map with what it maps to. */
export interface Element<T> {
  readonly key: readonly Pattern[];
  readonly value: T;
  /** Unset for a set without a name: the rule shows it. */
  readonly source: (() => Source) | undefined;
}

/** `unknown`: an element that could not be read may be the one. */
export type Found<T> =
  { readonly kind: 'element'; readonly element: Element<T> } | { readonly kind: 'miss' } | { readonly kind: 'unknown' };

const MISS = { kind: 'miss' } as const;

/** The elements of a set or map. What is exact is found by its key, intervals of one field by bisection. */
export class ElementSet<T> {
  readonly #exact = new Map<Scalar, Element<T>>();
  /** Of one field, by their start. They don't overlap, the kernel sees to that. */
  readonly #ranges: { readonly from: Scalar; readonly to: Scalar; readonly element: Element<T> }[] = [];
  /** Concatenations with a range in them, and names that end in `*`. */
  readonly #others: Element<T>[] = [];
  readonly #all: readonly Element<T>[];
  readonly #catchall: Element<T> | undefined;
  readonly #complete: boolean;

  /** @param complete false where an element could not be read. */
  constructor(elements: readonly Element<T>[], complete: boolean) {
    this.#all = elements;
    this.#complete = complete;
    for (const element of elements) {
      const [first, ...more] = element.key;
      if (first === undefined || element.key.every((pattern) => pattern.kind === 'any')) this.#catchall = element;
      else if (element.key.every((pattern) => pattern.kind === 'exact'))
        this.#exact.set(keyOf(element.key.map((pattern) => pattern.value)), element);
      else if (first.kind === 'range' && more.length === 0) this.#ranges.push({ from: first.from, to: first.to, element });
      else this.#others.push(element);
    }
    this.#ranges.sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  find(key: readonly Scalar[]): Found<T> {
    const element =
      this.#exact.get(keyOf(key)) ?? this.#inRange(key) ?? this.#others.find((candidate) => covers(candidate, key)) ?? undefined;
    if (element !== undefined) return { kind: 'element', element };
    if (!this.#complete) return { kind: 'unknown' };
    return this.#catchall === undefined ? MISS : { kind: 'element', element: this.#catchall };
  }

  /** All that could be found where some fields are not known. */
  candidates(key: readonly (Scalar | undefined)[]): readonly Found<T>[] {
    const found: Found<T>[] = this.#all
      .filter((element) => element !== this.#catchall && covers(element, key))
      .map((element) => ({ kind: 'element', element }));
    if (!this.#complete) found.push({ kind: 'unknown' });
    found.push(this.#catchall === undefined ? MISS : { kind: 'element', element: this.#catchall });
    return found;
  }

  #inRange(key: readonly Scalar[]): Element<T> | undefined {
    const value = key[0];
    if (value === undefined || this.#ranges.length === 0) return undefined;
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as { from: Scalar }).from <= value) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    return range !== undefined && value <= range.to ? range.element : undefined;
  }
}

function keyOf(fields: readonly Scalar[]): Scalar {
  const only = fields[0];
  return fields.length === 1 && only !== undefined ? only : fields.join(' ');
}

function covers<T>(element: Element<T>, key: readonly (Scalar | undefined)[]): boolean {
  return element.key.every((pattern, i) => {
    const value = key[i];
    return value === undefined || fits(pattern, value);
  });
}
