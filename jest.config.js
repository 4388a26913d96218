/** Tests stand beside the code as *.test.ts. Imports of other packages go through their `exports` to dist: build first. */
const tests = {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages', '<rootDir>/lab'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.install\\.test\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', dynamicImport: true, importAttributes: true },
          target: 'es2022',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** A project of their own, so that packing and installing happens once, and only where one of them runs. */
const installTests = {
  ...tests,
  roots: ['<rootDir>/packages/cli/test'],
  testMatch: ['**/*.install.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/packages/cli/test/install.mjs',
  globalTeardown: '<rootDir>/packages/cli/test/uninstall.mjs',
};

export default { projects: [tests, installTests] };
