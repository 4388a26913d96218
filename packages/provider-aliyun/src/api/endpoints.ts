import type { Endpoint } from '../schema.ts';
import type { Product } from './actions.ts';

/** Regions whose CLB is at the central host. */
const CENTRAL_CLB: ReadonlySet<string> = new Set([
  'cn-qingdao',
  'cn-beijing',
  'cn-hangzhou',
  'cn-shanghai',
  'cn-shenzhen',
  'cn-hongkong',
  'ap-southeast-1',
  'us-east-1',
  'us-west-1',
]);

/** The host of a product's API in a region, as the product's own SDK has it. */
export function endpointOf(product: Product, region: string, override: Endpoint | undefined): Endpoint {
  if (override !== undefined) return { ...override, host: override.host.replaceAll('{product}', product).replaceAll('{region}', region) };
  return { protocol: 'https', host: publicHost(product, region) };
}

function publicHost(product: Product, region: string): string {
  if (product === 'slb' && CENTRAL_CLB.has(region)) return 'slb.aliyuncs.com';
  if (region === 'cn-hangzhou') {
    if (product === 'ecs') return 'ecs-cn-hangzhou.aliyuncs.com';
    if (product === 'vpc') return 'vpc.aliyuncs.com';
  }
  return `${product}.${region}.aliyuncs.com`;
}
