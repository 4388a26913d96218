import type { Manifest } from '../contracts/manifest.ts';
import { type Result, err, ok } from '../contracts/result.ts';
import { isRecord } from './package-json.ts';

/** What is wrong with a value, each with its path; empty where nothing is. By hand: every start reads manifests, and zod would cost it 100 ms. */
type Check = (value: unknown, path: string) => readonly string[];

function text(...rules: readonly (readonly [fits: (value: string) => boolean, why: string])[]): Check {
  return (value, path) => {
    if (typeof value !== 'string') return [`${path}: must be a text`];
    const broken = rules.find(([fits]) => !fits(value));
    return broken === undefined ? [] : [`${path}: ${broken[1]}`];
  };
}

function list(each: Check): Check {
  return (value, path) =>
    Array.isArray(value) ? value.flatMap((item: unknown, index) => each(item, `${path}.${String(index)}`)) : [`${path}: must be a list`];
}

function filledList(each: Check): Check {
  return (value, path) => (Array.isArray(value) && value.length === 0 ? [`${path}: must not be empty`] : list(each)(value, path));
}

function optional(check: Check): Check {
  return (value, path) => (value === undefined ? [] : check(value, path));
}

/** Fields that are not named here are let through. */
function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) =>
    isRecord(value)
      ? Object.entries(checks).flatMap(([name, check]) => check(value[name], `${path}.${name}`))
      : [`${path}: must be an object`];
}

const isLike = (pattern: RegExp) => (value: string) => pattern.test(value);

/** Lexical check; that no link leads out is checked when the path is used. */
const insidePath = text(
  [(path) => path.startsWith('./'), 'must begin with "./"'],
  [(path) => !path.split(/[\\/]/).includes('..'), 'must stay inside the package'],
);
const filled = text([(value) => value !== '', 'must not be empty']);

/** Kubernetes' own groups (without a dot, or of k8s.io) are not for plugins: core reads them, and Secrets are among them. */
const customResource = fields({
  resource: text([isLike(/^[a-z][a-z0-9]*$/), 'must be the plural as in its path']),
  kind: text([isLike(/^[A-Z][A-Za-z0-9]*$/), 'must be the kind of an object']),
  apiVersions: filledList(
    text([
      isLike(/^(?!(?:[a-z0-9.-]+\.)?k8s\.io\/)[a-z0-9-]+(?:\.[a-z0-9-]+)+\/v[0-9][a-z0-9]*$/),
      'must be group/version of a custom resource',
    ]),
  ),
  fields: filledList(text([isLike(/^(?!metadata(?:\.|$))[A-Za-z][\w-]*(?:\.[\w-]+)*$/), 'must be the path of a field, as spec.cidr'])),
});

const entry = fields({
  kind: text([isLike(/^(?:provider|cni)$/), 'must be "provider" or "cni"']),
  name: text([isLike(/^[a-z0-9][a-z0-9-]*$/), 'must be lower-case letters, digits and dashes']),
  entry: insidePath,
  detect: optional(fields({ providerID: optional(list(filled)) })),
  reads: optional(
    fields({
      // Too short a prefix would keep everything.
      annotations: optional(list(text([isLike(/^[A-Za-z0-9][A-Za-z0-9._-]*[./]/), 'must begin with a domain']))),
      configMaps: optional(list(text([isLike(/^[a-z0-9.-]+\/[a-z0-9.-]+$/), 'must be namespace/name']))),
      resources: optional(list(customResource)),
    }),
  ),
});

const manifest = fields({
  contract: filled,
  config: optional(insidePath),
  codes: optional(insidePath),
  plugins: (value, path) =>
    Array.isArray(value) && value.length === 0 ? [`${path}: must name at least one plugin`] : list(entry)(value, path),
});

/** Reads the field `skoop` of a package.json. The error lists every field that is wrong, by its path. Unknown fields are let through. */
export function parseManifest(value: unknown): Result<Manifest, string> {
  const wrong = manifest(value, 'skoop');
  if (wrong.length > 0) return err(wrong.join('; '));
  const sound = value as Manifest;
  const twice = sound.plugins.flatMap(({ kind, name }, index) => {
    const first = sound.plugins.findIndex((other) => other.kind === kind && other.name === name);
    return first < index ? [`skoop.plugins.${String(index)}.name: the ${kind} "${name}" is there twice`] : [];
  });
  return twice.length > 0 ? err(twice.join('; ')) : ok(sound);
}
