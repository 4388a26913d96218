#!/usr/bin/env node
// How much longer each parser takes for four times as much: parsers.mjs prints the ratio, 4 where it is linear. Every artifact in turn is
// given what the tool prints, as often as it takes to be slow, and what no tool prints.
import { parseNamespace } from '../packages/netstack/dist/index.js';

const list = (n, item) => `[${Array.from({ length: n }, (_, i) => item(i)).join(',')}]`;
const lines = (n, line) => Array.from({ length: n }, (_, i) => line(i)).join('\n') + '\n';
const ip = (i) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
const save = (n, rule) => `*filter\n:INPUT ACCEPT [0:0]\n${lines(n, (i) => `:C${i} - [0:0]`)}${lines(n, rule)}COMMIT\n`;
const nft = (items) => `{"nftables":[{"table":{"family":"ip","name":"t"}},{"chain":{"family":"ip","table":"t","name":"c"}},${items}]}`;

/** By name: the artifact, how many of it, and the text of n. */
const CASES = [
  [
    'links',
    'ip-link',
    4000,
    (n) =>
      list(
        n,
        (i) =>
          `{"ifindex":${i + 1},"ifname":"v${i}","link":"v${i ^ 1}","mtu":1500,"flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"veth"}}`,
      ),
  ],
  ['addresses', 'ip-addr', 4000, (n) => list(n, (i) => `{"ifindex":1,"addr_info":[{"local":"${ip(i)}","prefixlen":24}]}`)],
  ['routes', 'ip-route-4', 8000, (n) => list(n, (i) => `{"dst":"${ip(i)}","dev":"eth0"}`)],
  ['routes with encap', 'ip-route-4', 4000, (n) => list(n, (i) => `{"dst":"${ip(i)}","encap":"ip","dst":"${ip(i)}"}`)],
  ['rules', 'ip-rule-4', 8000, (n) => list(n, (i) => `{"priority":${i},"src":"${ip(i)}","table":"main"}`)],
  ['neighbours', 'ip-neigh', 8000, (n) => list(n, (i) => `{"dst":"${ip(i)}","dev":"e","lladdr":"02:00:00:00:00:01","state":["STALE"]}`)],
  ['fdb', 'bridge-fdb', 8000, (n) => list(n, () => '{"mac":"02:00:00:00:00:01","ifname":"e","state":"permanent"}')],
  ['sockets', 'ss', 8000, (n) => lines(n, (i) => `tcp LISTEN 0 128 ${ip(i)}:80 0.0.0.0:*`)],
  [
    'connections',
    'conntrack',
    4000,
    (n) =>
      lines(
        n,
        (i) => `ipv4 2 udp 17 9 src=${ip(i)} dst=10.0.0.1 sport=1 dport=2 src=10.0.0.1 dst=${ip(i)} sport=2 dport=1 mark=0 use=1 id=${i}`,
      ),
  ],
  ['sysctls', 'sysctl', 8000, (n) => lines(n, (i) => `net/ipv4/conf/v${i}/rp_filter = 1`)],
  ['elements', 'ipset-save', 8000, (n) => `create s hash:ip family inet\n${lines(n, (i) => `add s ${ip(i)}`)}`],
  [
    'sets',
    'ipset-save',
    2000,
    (n) => `${lines(n, (i) => `create s${i} hash:ip family inet`)}create l list:set size 8\n${lines(n, (i) => `add l s${i}`)}`,
  ],
  [
    'elements out of order',
    'ipset-save',
    2000,
    (n) => lines(n, (i) => `create s${i} hash:ip family inet`) + lines(n, (i) => `add s${i} ${ip(i)}`),
  ],
  ['chains and rules', 'iptables-nft-save', 8000, (n) => save(n, (i) => `-A C${i} -s ${ip(i)} -p tcp -m tcp --dport 80 -j C${i}`)],
  ['rules nobody knows', 'iptables-nft-save', 4000, (n) => save(n, (i) => `-A INPUT -m frobnicate --x${i} "a b" -j Y${i}`)],
  ['malformed rules', 'iptables-nft-save', 4000, (n) => save(n, (i) => `-A D${i} -j`)],
  ['one long rule', 'iptables-nft-save', 200000, (n) => save(1, () => `-A INPUT${' -m comment --comment x'.repeat(n)}`)],
  [
    'native rules',
    'nft',
    2000,
    (n) =>
      nft(
        Array.from(
          { length: n },
          (_, i) =>
            `{"rule":{"family":"ip","table":"t","chain":"c","expr":[{"match":{"op":"==","left":{"payload":{"protocol":"ip","field":"saddr"}},"right":"${ip(i)}"}},{"drop":null}]}}`,
        ).join(','),
      ),
  ],
  [
    'elements of a set',
    'nft',
    8000,
    (n) => nft(`{"set":{"family":"ip","table":"t","name":"s","type":"ipv4_addr","elem":${list(n, (i) => `"${ip(i)}"`)}}}`),
  ],
  ['tables', 'nft', 2000, (n) => `{"nftables":${list(n, (i) => `{"table":{"family":"ip","name":"t${i}"}}`)}}`],
  ['a broken list', 'ip-route-4', 20000, (n) => `[${'{"dst":"x"},'.repeat(n)}`],
  ['brackets', 'ip-route-4', 1000000, (n) => '['.repeat(n)],
  ['equal signs', 'conntrack', 50000, (n) => 'src='.repeat(n)],
  ['blanks', 'ss', 100000, (n) => `tcp ${' '.repeat(n)}x`],
];

function seconds(artifact, text) {
  const dump = { id: 'n', artifacts: new Map([[artifact, { text, status: 0, error: '', truncated: false }]]) };
  const begin = performance.now();
  parseNamespace(dump);
  return (performance.now() - begin) / 1000;
}

const best = (artifact, text) => Math.min(...Array.from({ length: 3 }, () => seconds(artifact, text)));
console.log('four times as much takes so many times as long:');
for (const [name, artifact, n, text] of CASES) {
  const [one, four] = [best(artifact, text(n)), best(artifact, text(4 * n))];
  console.log(`  ${name.padEnd(24)} ${(four / one).toFixed(1).padStart(6)}   (${artifact}, ${n}: ${(one * 1000).toFixed(1)} ms)`);
}
