import type { LinkAddress } from '../namespace/link.ts';
import type { Gap } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { bitsOf } from '../address/prefix.ts';
import { familyOf } from '../address/ip.ts';
import { type Fields, flag, integer, ip, isFields, text } from './fields.ts';
import { type Item, compact, readItems, unreadableItem } from './json.ts';
import type { Parsed } from './read.ts';

/** `ip -j -d addr show`: the addresses of every link, by its index, in the kernel's order. */
export function parseAddresses(dump: NamespaceDump): Parsed<ReadonlyMap<number, readonly LinkAddress[]>> {
  const items = readItems(dump, 'ip-addr', 'addresses');
  const gaps: Gap[] = [...items.gaps];
  const value = new Map<number, LinkAddress[]>();
  for (const item of items.value) {
    const index = integer(item.fields, 'ifindex');
    const list = item.fields['addr_info'];
    if (index === undefined) {
      gaps.push(unreadableItem('addresses', item, 'a link without an index'));
      continue;
    }
    const addresses = value.get(index) ?? [];
    value.set(index, addresses);
    for (const [i, entry] of (Array.isArray(list) ? list : []).entries()) {
      const at = { ...item.source, pointer: `${item.source.pointer}/addr_info/${String(i)}`, text: compact(entry) };
      if (isFields(entry) && Object.keys(entry).length === 0) continue;
      const address = isFields(entry) ? readAddress(entry, at) : undefined;
      if (address === undefined) gaps.push(unreadableItem('addresses', { ...item, source: at }, 'no address that can be read'));
      else addresses.push(address);
    }
  }
  return { value, gaps };
}

function readAddress(fields: Fields, source: Item['source']): LinkAddress | undefined {
  const local = ip(fields, 'local');
  const length = integer(fields, 'prefixlen');
  const scope = readScope(text(fields, 'scope') ?? 'global');
  if (local === undefined || length === undefined || length > bitsOf(familyOf(local)) || scope === undefined) return undefined;
  const tentative = flag(fields, 'tentative') === true && flag(fields, 'optimistic') !== true;
  return {
    ip: local,
    length,
    // Only a point-to-point address has both: `local` is ours, `address` the other end.
    peer: ip(fields, 'address'),
    scope,
    secondary: flag(fields, 'secondary') ?? false,
    tentative: tentative || flag(fields, 'dadfailed') === true,
    deprecated: flag(fields, 'deprecated') ?? false,
    ...(flag(fields, 'temporary') === true ? { temporary: true } : {}),
    source,
  };
}

function readScope(scope: string): LinkAddress['scope'] | undefined {
  switch (scope) {
    case 'global':
    case 'site':
    case 'link':
    case 'host':
      return scope;
    case '0':
      return 'global';
    case '200':
      return 'site';
    case '253':
      return 'link';
    case '254':
      return 'host';
    default:
      return undefined;
  }
}
