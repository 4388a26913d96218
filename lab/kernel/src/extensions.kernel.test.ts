import { laboratories } from './suite.ts';
import { routed, routed6 } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const Y6 = 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:9';
const LOST = 'dropped';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const rule = (tool: string, ...rules: readonly string[]): { readonly change: { readonly r: string } } => ({
  change: { r: [`${tool} -F`, ...rules.map((each) => `${tool} ${each}`)].join('\n') },
});
const drop = (match: string) => rule('iptables', `-A FORWARD ${match} -j DROP`);
const drop6 = (match: string) => rule('ip6tables', `-A FORWARD ${match} -j DROP`);

laboratory('groups of devices', routed({ r: { then: ['ip link set rx group 18', 'ip link set ry group default'] } }), [
  ['the one it came in by', 'x udp 10.9.1.2:9', LOST, drop('-m devgroup --src-group 18')],
  ['another', 'x udp 10.9.1.2:9', Y, drop('-m devgroup --src-group 17')],
  ['under a mask', 'x udp 10.9.1.2:9', LOST, drop('-m devgroup --src-group 0x10/0xf0')],
  ['the default one', 'x udp 10.9.1.2:9', LOST, drop('-m devgroup --dst-group 0')],
  ['not the default one', 'x udp 10.9.1.2:9', Y, drop('-i rx -m devgroup ! --dst-group default')],
  ['both', 'x udp 10.9.1.2:9', LOST, drop('-m devgroup --src-group 18 ! --dst-group 18')],
]);

laboratory('headers of IPv6', routed6(), [
  ['nothing but the protocol', 'x udp [fd00:1::2]:9', LOST, drop6('-p udp -m ipv6header --header prot')],
  ['others', 'x udp [fd00:1::2]:9', Y6, drop6('-p udp -m ipv6header --header dst')],
  ['not others', 'x udp [fd00:1::2]:9', LOST, drop6('-p udp -m ipv6header ! --header dst')],
  ['others as well', 'x udp [fd00:1::2]:9', Y6, drop6('-p udp -m ipv6header --header dst,prot')],
  ['one of them', 'x udp [fd00:1::2]:9', Y6, drop6('-p udp -m ipv6header --header dst,prot --soft')],
  ['one that is there', 'x udp [fd00:1::2]:9', LOST, drop6('-p udp -m ipv6header --header prot --soft')],
  ['none of them', 'x udp [fd00:1::2]:9', LOST, drop6('-p udp -m ipv6header ! --header hop,dst --soft')],
  ['not none of them', 'x udp [fd00:1::2]:9', Y6, drop6('-p udp -m ipv6header ! --header hop,prot --soft')],
]);

/** x is fd01:2:3::/48 to y, and y fd05::/64 to x. What a prefix adds to a checksum a word behind it takes away. */
laboratory(
  'prefixes without a table of connections',
  routed6({
    r: {
      routes: ['fd06::/64 dev rx'],
      ip6tables: table(
        'mangle',
        '-A POSTROUTING -o ry -s fd00::/48 -j SNPT --src-pfx fd00::/48 --dst-pfx fd01:2:3::/48',
        '-A PREROUTING -i ry -d fd01:2:3::/48 -j DNPT --src-pfx fd01:2:3::/48 --dst-pfx fd00::/48',
        '-A PREROUTING -i rx -d fd05::/64 -j DNPT --src-pfx fd05::/64 --dst-pfx fd00:1::/64',
        '-A POSTROUTING -o rx -s fd00:1::/64 -j SNPT --src-pfx fd00:1::/64 --dst-pfx fd05::/64',
        '-A OUTPUT -d fd06::/64 -j DNPT --src-pfx fd06::/64 --dst-pfx fd00:1::/64',
      ),
    },
    y: { then: ['4::2', '2::2', '5::2'].map((end) => `ip addr add fd00:1:0:0:${end}/64 dev e0 nodad`) },
  }),
  [
    ['there and back', 'x tcp [fd05::2]:80', 'delivered y<-[fd01:2:3:fff9::2]:40000 at [fd00:1::4:0:0:2]:80'],
    ['a word that overflows', 'x tcp [fd05::fffd:0:0:2]:80', 'delivered y<-[fd01:2:3:fff9::2]:40000 at [fd00:1::2:0:0:2]:80'],
    ['the router routes again', 'r udp [fd06::2]:9', 'dropped after y<-[fd01:2:3:fff9::1]:40000 at [fd00:1::5:0:0:2]:9'],
  ],
);

laboratory(
  'a queue that nobody listens to',
  routed({
    r: { iptables: table('filter', '-A FORWARD -p udp --dport 9 -j NFQUEUE', '-A FORWARD -p udp --dport 10 -j NFQUEUE --queue-bypass') },
  }),
  [
    ['drops', 'x udp 10.9.1.2:9', 'dropped', { unknown: true }],
    ['or not', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.1.2', { unknown: true }],
    ['without it', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);
