import { acmeInfra } from './infra.js';

/** The network of an Acme cluster: skoop's own diagnosis, over Acme's wires. */
export function acmeNetwork(ctx, { region, isClosed }) {
  return ctx.compose({ nodeKinds: ['acme-wall'], infra: acmeInfra(region, isClosed) });
}
