/**
 * One promise of a contract, for any test runner: `for (const { name, run } of tests) test(name, run)`. It fails by throwing an
 * `AssertionError` whose message says what is promised and what was found.
 */
export interface ContractTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export function contractTest(name: string, run: () => void | Promise<void>): ContractTest {
  return { name, run: async () => run() };
}

/** Each under a name that says what it is about: `cni acmenet: …`. */
export function about(subject: string, tests: readonly ContractTest[]): readonly ContractTest[] {
  return tests.map(({ name, run }) => ({ name: `${subject}: ${name}`, run }));
}
