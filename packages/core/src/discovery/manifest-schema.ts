import { z } from 'zod';
import type { Manifest } from '../contracts/manifest.ts';
import { type Result, err, ok } from '../contracts/result.ts';

/** Lexical check; that no link leads out is checked when the path is used. */
const insidePath = z
  .string()
  .regex(/^\.\//, 'must begin with "./"')
  .refine((path) => !path.split(/[\\/]/).includes('..'), 'must stay inside the package');

/** Too short a prefix would keep everything. */
const annotation = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*[./]/, 'must begin with a domain');

const reads = z.object({
  annotations: z.array(annotation).exactOptional(),
  configMaps: z.array(z.string().regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, 'must be namespace/name')).exactOptional(),
});

const pluginEntry = z.object({
  kind: z.enum(['provider', 'cni']),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes'),
  entry: insidePath,
  detect: z.object({ providerID: z.array(z.string().min(1)).exactOptional() }).exactOptional(),
  reads: reads.exactOptional(),
});

const manifest = z
  .object({
    contract: z.string().min(1),
    config: insidePath.exactOptional(),
    codes: insidePath.exactOptional(),
    plugins: z.array(pluginEntry).min(1, 'must name at least one plugin'),
  })
  .superRefine(({ plugins }, context) => {
    const seen = new Set<string>();
    for (const [i, { kind, name }] of plugins.entries()) {
      if (seen.has(`${kind}/${name}`))
        context.addIssue({ code: 'custom', path: ['plugins', i, 'name'], message: `the ${kind} "${name}" is there twice` });
      seen.add(`${kind}/${name}`);
    }
  });

/** Reads the field `skoop` of a package.json. The error lists every field that is wrong, by its path. Unknown fields are let through. */
export function parseManifest(value: unknown): Result<Manifest, string> {
  const parsed = manifest.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return err(parsed.error.issues.map((issue) => `${['skoop', ...issue.path].join('.')}: ${issue.message}`).join('; '));
}
