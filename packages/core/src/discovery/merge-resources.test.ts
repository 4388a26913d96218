import { expect, test } from '@jest/globals';
import type { CustomResource } from '../contracts/manifest.ts';
import { mergeResources } from './merge-resources.ts';

const POOLS: CustomResource = { resource: 'pools', kind: 'Pool', apiVersions: ['acme.example/v1'], fields: ['spec.cidr'] };

test('what two plugins read is read once, with the fields of both', () => {
  const other: CustomResource = { ...POOLS, apiVersions: ['old.example/v1', 'acme.example/v1'], fields: ['spec.nat', 'spec.cidr'] };
  const blocks: CustomResource = { ...POOLS, resource: 'blocks', kind: 'Block' };
  expect(mergeResources([POOLS, blocks, other])).toEqual([
    { ...POOLS, apiVersions: ['acme.example/v1', 'old.example/v1'], fields: ['spec.cidr', 'spec.nat'] },
    blocks,
  ]);
});
