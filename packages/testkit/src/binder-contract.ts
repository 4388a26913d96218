import assert from 'node:assert/strict';
import type { ConfigBinder, FlagSpec, FlagValues } from '@skoop/core';
import { binderFaults, flagFaults } from '@skoop/core/plugins';
import { type ContractTest, contractTest } from './contract-test.ts';
import { assertPure } from './fingerprint.ts';

/** The flags that a binder declares. */
function flagsOf(binder: ConfigBinder<unknown>): readonly FlagSpec[] {
  const flags: FlagSpec[] = [];
  binder.bindFlags({ add: (flag) => void flags.push(flag) });
  return flags;
}

/** What `parse` gets where the user says nothing: the defaults. */
export function defaultsOf(binder: ConfigBinder<unknown>): FlagValues {
  return Object.fromEntries(flagsOf(binder).map(({ name, default: standard }) => [name, standard]));
}

export interface BinderSample {
  /** `acme`: what the names of the flags must begin with. */
  readonly prefix: string;
  /** Values that it must take, beside the defaults. */
  readonly values?: FlagValues;
  /** Set where the defaults alone are an error, since a flag must be given. */
  readonly needsValues?: boolean;
}

/** What a ConfigBinder promises. */
export function configBinderContract(
  binder: ConfigBinder<unknown>,
  { prefix, values = {}, needsValues = false }: BinderSample,
): readonly ContractTest[] {
  const given = (): FlagValues => ({ ...defaultsOf(binder), ...values });
  return [
    contractTest('it has the fields of a ConfigBinder', () => assert.deepEqual(binderFaults(binder), [])),
    contractTest('its flags are well made', () => assert.deepEqual(flagsOf(binder).flatMap(flagFaults), [])),
    contractTest(`its flags begin with "${prefix}-", so that no two plugins have the same`, () => {
      assert.deepEqual(
        flagsOf(binder)
          .map(({ name }) => name)
          .filter((name) => !name.startsWith(`${prefix}-`)),
        [],
      );
    }),
    contractTest('each flag is declared once', () => {
      const names = flagsOf(binder).map(({ name }) => name);
      assert.deepEqual(names, [...new Set(names)]);
    }),
    contractTest('it declares the same flags each time it is asked', () => {
      assert.deepEqual(flagsOf(binder), flagsOf(binder));
    }),
    contractTest('a secret has no default', () => {
      const shown = flagsOf(binder).filter(({ secret, default: standard }) => secret === true && standard !== undefined);
      assert.deepEqual(
        shown.map(({ name }) => name),
        [],
      );
    }),
    contractTest('what has "secret", "token" or "password" in its name is a secret', () => {
      const open = flagsOf(binder).filter(({ name, secret }) => /secret|token|password/.test(name) && secret !== true);
      assert.deepEqual(
        open.map(({ name }) => name),
        [],
      );
    }),
    contractTest(needsValues ? 'it takes the values of the sample' : 'it takes its own defaults', () => {
      const parsed = assertPure('parse', () => binder.parse(needsValues ? given() : defaultsOf(binder)), values);
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.map(({ flag, message }) => `--${flag}: ${message}`).join('; '));
    }),
    ...(needsValues
      ? []
      : [
          contractTest('it takes the values of the sample', () => {
            const parsed = binder.parse(given());
            assert.ok(parsed.ok, parsed.ok ? '' : parsed.error.map(({ flag, message }) => `--${flag}: ${message}`).join('; '));
          }),
        ]),
    contractTest('a value that is wrong is an error about that flag, never an exception', () => {
      for (const flag of flagsOf(binder)) {
        if (flag.type !== 'string') continue;
        for (const wrong of ['', ' ', '\u0000', '../../etc', 'x'.repeat(10_000)]) {
          const parsed = binder.parse({ ...given(), [flag.name]: wrong });
          if (parsed.ok) continue;
          const names = new Set(flagsOf(binder).map(({ name }) => name));
          assert.ok(parsed.error.length > 0, `parse with a wrong --${flag.name} must say what is wrong`);
          for (const error of parsed.error) {
            assert.ok(names.has(error.flag), `an error must name one of the binder's flags, and "${error.flag}" is none`);
            assert.ok(error.message !== '' && !error.message.includes('\n'), `the error about --${error.flag} must be one line`);
          }
        }
      }
    }),
    contractTest('the error about a secret does not show it', () => {
      const marker = 'marker-5f1c-secret';
      for (const { name, secret, type } of flagsOf(binder)) {
        if (secret !== true || type !== 'string') continue;
        const parsed = binder.parse({ ...given(), [name]: marker });
        assert.ok(parsed.ok || !parsed.error.some(({ message }) => message.includes(marker)), `the error about --${name} shows its value`);
      }
    }),
  ];
}
