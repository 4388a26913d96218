import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** The layers, from the bottom up, and what each may import: nothing below knows anything above. */
const layers = [
  { type: 'netstack', allow: ['netstack'] },
  { type: 'core', allow: ['core', 'netstack'] },
  { type: 'testkit', allow: ['testkit', 'core', 'netstack'] },
  { type: 'provider', allow: ['provider', 'core', 'netstack', 'testkit'] },
  { type: 'cni', allow: ['cni', 'core', 'netstack', 'testkit'] },
  { type: 'cli', allow: ['cli', 'core', 'netstack', 'provider', 'cni'] },
  { type: 'lab', allow: ['lab', 'core', 'netstack', 'cli', 'provider'] },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/__fixtures__/', '**/templates/', '**/assets/', 'lab/cluster/kube/', 'lab/cluster/dns/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: 'tsconfig.test.json' } },
      'boundaries/elements': [
        { type: 'netstack', pattern: 'packages/netstack' },
        { type: 'core', pattern: 'packages/core' },
        { type: 'testkit', pattern: 'packages/testkit' },
        { type: 'provider', pattern: 'packages/provider-*' },
        { type: 'cni', pattern: 'packages/cni-*' },
        { type: 'cli', pattern: 'packages/cli' },
        { type: 'lab', pattern: 'lab/*' },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: layers.map(({ type, allow }) => ({ from: { element: { type } }, allow: { to: { element: { types: allow } } } })),
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'off',
    },
  },
  {
    // No I/O, no clock, no randomness in the model.
    files: ['packages/netstack/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'the packet model does no I/O' }] }],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'performance'],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }, { object: 'Date', property: 'now' }],
    },
  },
);
