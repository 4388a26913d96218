import * as z from 'zod';

const optional = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));

export const clusterSchema = z.object({
  server: z.string().min(1),
  'certificate-authority': optional,
  'certificate-authority-data': optional,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': optional,
  'proxy-url': optional,
});

const execSchema = z.looseObject({
  apiVersion: optional,
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  provideClusterInfo: z.boolean().nullish(),
  installHint: optional,
});

export const userSchema = z.object({
  'client-certificate': optional,
  'client-certificate-data': optional,
  'client-key': optional,
  'client-key-data': optional,
  token: optional,
  tokenFile: optional,
  username: optional,
  password: optional,
  as: optional,
  'as-uid': optional,
  'as-groups': z.array(z.string()).nullish(),
  exec: execSchema.nullish(),
  'auth-provider': z.looseObject({ name: z.string() }).nullish(),
});

export const contextSchema = z.object({ cluster: optional, user: optional, namespace: optional });

function named<S extends z.ZodType>(key: string, schema: S) {
  const entry = z.preprocess(
    (value) =>
      typeof value === 'object' && value !== null
        ? { name: (value as Record<string, unknown>)['name'], value: (value as Record<string, unknown>)[key] ?? {} }
        : value,
    z.object({ name: z.string().min(1), value: schema }),
  );
  return z
    .array(entry)
    .nullish()
    .transform((list) => list ?? []);
}

/** A kubeconfig file. Entries are checked when they are used: a broken one that no context leads to is nobody's business. */
export const kubeconfigSchema = z.object({
  clusters: named('cluster', z.unknown()),
  users: named('user', z.unknown()),
  contexts: named('context', z.unknown()),
  'current-context': optional,
});

export type KubeconfigCluster = z.infer<typeof clusterSchema>;
export type KubeconfigUser = z.infer<typeof userSchema>;
