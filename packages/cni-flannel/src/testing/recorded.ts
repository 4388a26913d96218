import type { CniConfig, FlagValues, Suspicion } from '@skoop/core';
import { type Item, type Mutable, Recording, type RecordedParts } from '@skoop/testkit';
import { readFileSync } from 'node:fs';
import { flannelBinder } from '../schema.ts';
import { configure } from '../settings.ts';
import { checkNode } from '../checks/node.ts';
import { checkPod } from '../checks/pod.ts';

/** Two nodes and their objects, recorded on a healthy cluster (flannel 0.28, VXLAN); to be broken in one place by a test. */
export class Recorded extends Recording {
  constructor() {
    super({
      ...(read('objects') as Omit<RecordedParts, 'dumps'>),
      dumps: { node1: read('node1'), node2: read('node2') } as RecordedParts['dumps'],
    });
  }

  /** The one whose namespace is in the dump of node1. */
  get web(): Mutable<Recording['pods'][number]> {
    return this.pod('web-7f6598ddc7-87dwj');
  }

  override annotate(node: string, key: string, value: string | undefined): void {
    super.annotate(node, `flannel.alpha.coreos.com/${key}`, value);
  }

  /** Replaces a part of flannel's configuration. */
  configure(net: Item, cni?: unknown): void {
    const data = this.configMaps[0]?.data ?? {};
    data['net-conf.json'] = JSON.stringify({ ...(JSON.parse(data['net-conf.json'] ?? '{}') as Item), ...net });
    if (cni !== undefined) data['cni-conf.json'] = JSON.stringify(cni);
  }

  /** flanneld as it writes nftables rules (`EnableNFTables`): what it leaves of iptables' is empty, but the accepts. */
  useNftables(): void {
    this.configure({ EnableNFTables: true });
    this.nat((lines) => lines.filter((line) => !line.startsWith('-A FLANNEL-POSTRTG')));
    this.nft((items) => [...items, ...(read('nftables') as Item[])]);
  }

  /** Changes the lines of `iptables-save`, whose table nat nft then does not show: the two would not tell the same. */
  nat(change: (lines: readonly string[]) => readonly string[]): void {
    const dump = this.dump();
    dump['iptables-nft-save'] = change((dump['iptables-nft-save'] ?? '').split('\n')).join('\n');
    this.nft((items) => items.filter((item) => !Object.values(item).some((part) => isOf(part as Item, 'ip', 'nat'))));
  }

  /** Changes the items of `nft -j list ruleset`. */
  nft(change: (items: Item[]) => Item[]): void {
    this.lines('nft', (text) =>
      text === '' ? text : JSON.stringify({ nftables: change((JSON.parse(text) as { nftables: Item[] }).nftables) }),
    );
  }

  config(flags: FlagValues = {}): CniConfig {
    const parsed = flannelBinder.parse({ 'flannel-bridge': 'cni0', 'flannel-ip-masq': true, ...flags });
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join('; '));
    return configure(this.cluster(), parsed.value);
  }

  /** What the checks of node1 and of the pods there say. */
  told(flags: FlagValues = {}): readonly Suspicion[] {
    return this.check({ checkNode, checkPod }, this.config(flags));
  }
}

/** Is it that table, or in it? */
function isOf({ family, table, name }: Item, ofFamily: string, ofTable: string): boolean {
  return family === ofFamily && (table ?? name) === ofTable;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../__fixtures__/${name}.json`, import.meta.url), 'utf8'));
}
