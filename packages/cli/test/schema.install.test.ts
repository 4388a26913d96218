import { describe, expect, test } from '@jest/globals';
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, skoop } from './installed.ts';
import { CLUSTER, POD, clusterWithDrop, clusterWithoutForwarding, clusterWithoutNode2 } from './recorded-cluster.ts';

const published = JSON.parse(readFileSync(join(CLI, 'schema/diagnosis.schema.json'), 'utf8')) as AnySchemaObject;
const isValid = new Ajv2020({ allErrors: true, strictTypes: false }).compile(published);
/** The same, with nothing in it that the schema does not describe. */
const isDescribed = new Ajv2020({ allErrors: true, strictTypes: false }).compile(closed(published) as AnySchemaObject);

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return inner['type'] === 'object' ? { ...inner, additionalProperties: false } : inner;
}

function faults(validate: ValidateFunction, document: unknown): readonly string[] {
  void validate(document);
  return (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath} ${message}`);
}

const dropped = clusterWithDrop();
const unknown = clusterWithoutNode2();
const unforwarding = clusterWithoutForwarding();

describe('what -o json prints is what the schema says, and all of it', () => {
  test.each<[name: string, args: readonly string[], shown: object]>([
    ['delivered, to a Service', [POD.clientOnNode1, 'svc/web', '--snapshot', CLUSTER], { verdict: 'delivered' }],
    [
      'delivered, UDP, to a Service of another namespace',
      [POD.clientOnNode2, 'kube-dns.kube-system.svc:53', '--protocol', 'udp', '--snapshot', CLUSTER],
      { verdict: 'delivered' },
    ],
    [
      'delivered, ICMP, from node to node',
      ['node/node1', 'node/node2', '--protocol', 'icmp', '--snapshot', CLUSTER],
      { verdict: 'delivered' },
    ],
    ['out of the cluster', [POD.clientOnNode1, 'external:443', '--snapshot', CLUSTER], { request: { destination: { kind: 'external' } } }],
    ['into it', ['external', 'node/node1:31326', '--snapshot', CLUSTER], { request: { source: { kind: 'external' } } }],
    ['the forward direction alone', [POD.clientOnNode1, 'svc/web', '--no-reply', '--snapshot', CLUSTER], { verdict: 'delivered' }],
    ['rejected: nothing listens', [POD.clientOnNode1, `${POD.webOnNode2}:81`, '--snapshot', CLUSTER], { verdict: 'rejected' }],
    ['dropped', [POD.clientOnNode1, `${POD.webOnNode2}:8080`, '--snapshot', dropped], { verdict: 'dropped' }],
    ['unknown', [POD.clientOnNode1, `${POD.webOnNode2}:8080`, '--snapshot', unknown], { verdict: 'unknown' }],
    ['a list', ['deploy/client', 'svc/web', '--all', '--snapshot', dropped], { kind: 'DiagnosisList' }],
  ])('%s', async (_name, args, shown) => {
    const { stdout, stderr } = await skoop(['diagnose', ...args, '-o', 'json']);
    expect(stderr).toBe('');
    const document = JSON.parse(stdout) as unknown;
    expect(document).toMatchObject(shown);
    expect(faults(isValid, document)).toEqual([]);
    expect(faults(isDescribed, document)).toEqual([]);
  });

  test.each<[name: string, snapshot: string, status: number]>([
    ['a check that finds nothing', CLUSTER, 0],
    ['a check that finds something', unforwarding, 1],
    ['a check that could not look at all', unknown, 3],
  ])('%s', async (_name, snapshot, status) => {
    const ran = await skoop(['check', '--snapshot', snapshot, '-o', 'json']);
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status, stderr: '' });
    const document = JSON.parse(ran.stdout) as unknown;
    expect(document).toMatchObject({ kind: 'Check' });
    expect(faults(isValid, document)).toEqual([]);
    expect(faults(isDescribed, document)).toEqual([]);
  });

  test('-o yaml is the same document', async () => {
    const ask = ['diagnose', POD.clientOnNode1, `${POD.webOnNode2}:8080`, '--snapshot', dropped];
    const [json, yaml] = await Promise.all([skoop([...ask, '-o', 'json']), skoop([...ask, '-o', 'yaml'])]);
    const { parse } = await import('yaml');
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });
});

describe('the schema', () => {
  test.each<[name: string, change: (document: Document) => unknown, valid: boolean]>([
    ['takes what a later version adds', (document) => ({ ...document, later: 1, cluster: { ...document.cluster, later: 1 } }), true],
    ['refuses another kind of document', (document) => ({ ...document, kind: 'Prognosis' }), false],
    ['refuses a verdict that is none', (document) => ({ ...document, verdict: 'maybe' }), false],
    ['refuses a document without its paths', ({ paths: _, ...document }) => document, false],
    [
      'refuses a suspicion without evidence',
      (document) => ({ ...document, suspicions: document.suspicions.map(({ evidence: _, ...rest }) => rest) }),
      false,
    ],
  ])('%s', async (_name, change, valid) => {
    const { stdout } = await skoop(['diagnose', POD.clientOnNode1, `${POD.webOnNode2}:8080`, '--snapshot', dropped, '-o', 'json']);
    expect(isValid(change(JSON.parse(stdout) as Document))).toBe(valid);
  });
});

interface Document {
  readonly cluster: object;
  readonly paths: unknown;
  readonly suspicions: readonly { readonly evidence: unknown }[];
}
