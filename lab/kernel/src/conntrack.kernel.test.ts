import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const filter = (...rules: readonly string[]): string => table('filter', ...rules);

laboratory(
  'states',
  routed({
    r: {
      iptables: filter(
        ':FORWARD DROP [0:0]',
        '-A FORWARD -i rx -p udp -m conntrack --ctstate NEW -j ACCEPT',
        '-A FORWARD -i rx -p tcp -m state --state NEW,ESTABLISHED -j ACCEPT',
        '-A FORWARD -i ry -m conntrack --ctstate ESTABLISHED -j ACCEPT',
      ),
    },
  }),
  [
    ['the answer is established', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['the error is not: it is related', 'x udp 10.9.1.2:10', 'dropped'],
    [
      'and with it, it is heard',
      'x udp 10.9.1.2:10',
      'rejected icmp-3/3 from 10.9.1.2',
      { change: { r: 'iptables-nft -A FORWARD -m conntrack --ctstate RELATED -j ACCEPT' } },
    ],
    ['a reset is established', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
    ['from the other side nothing begins', 'y udp 10.9.0.2:9', 'dropped'],
  ],
);

laboratory(
  'T35: a packet without an entry',
  routed({
    r: {
      legacy:
        table('raw', '-A PREROUTING -i rx -j CT --notrack') +
        filter(
          '-A INPUT -p udp --dport 10 -m conntrack --ctorigdst 10.9.0.1 -j DROP',
          '-A INPUT -p udp --dport 9 -m conntrack ! --ctstate NEW --ctorigdst 9.9.9.9 -j DROP',
          '-A INPUT -p tcp --dport 80 -m conntrack ! --ctorigdst 9.9.9.9 -j DROP',
          '-A INPUT -p tcp --dport 81 -m conntrack --ctstate UNTRACKED -j REJECT',
          '-A INPUT -p tcp --dport 82 -m conntrack --ctstate INVALID -j DROP',
        ),
    },
  }),
  [
    ['no option fits', 'x udp 10.9.0.1:10', 'rejected icmp-3/3 from 10.9.0.1'],
    ['a true state makes it fit, whatever the others say', 'x udp 10.9.0.1:9', 'dropped'],
    ['nor does a negated one', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
    ['untracked', 'x tcp 10.9.0.1:81', 'rejected icmp-3/3 from 10.9.0.1'],
    ['is not invalid', 'x tcp 10.9.0.1:82', 'rejected tcp-reset'],
  ],
);

laboratory(
  'T73: in raw every packet is invalid',
  routed({
    r: {
      legacy: table(
        'raw',
        '-A PREROUTING -p udp --dport 9 -m conntrack --ctstate INVALID -j DROP',
        '-A PREROUTING -p udp --dport 10 -m conntrack --ctstate NEW,ESTABLISHED,RELATED,UNTRACKED -j DROP',
      ),
    },
  }),
  [
    ['invalid', 'x udp 10.9.0.1:9', 'dropped'],
    ['nothing else', 'x udp 10.9.0.1:10', 'rejected icmp-3/3 from 10.9.0.1'],
  ],
);

laboratory(
  'T05: without a rule that needs it tracking is off, and nat rules are not looked at',
  routed({
    r: {
      legacy: table('nat', '-A OUTPUT -p udp --dport 9 -j ACCEPT') + filter('-A FORWARD -m mark --mark 5 -j DROP'),
      iptables: table('nat', '-A PREROUTING -p udp --dport 9 -j MARK --set-mark 5'),
    },
  }),
  [
    ['off', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['on', 'x udp 10.9.1.2:9', 'dropped', { change: { r: 'iptables-legacy -A INPUT -m conntrack --ctstate NEW' } }],
  ],
);

laboratory(
  'connection marks',
  routed({
    r: {
      iptables:
        table(
          'mangle',
          '-A PREROUTING -i rx -p udp -j CONNMARK --set-mark 0x12',
          '-A PREROUTING -i ry -j CONNMARK --restore-mark',
          '-A PREROUTING -i rx -p tcp -j MARK --set-mark 0x34',
          '-A PREROUTING -i rx -p tcp -j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff',
        ) +
        filter(
          '-A FORWARD -i ry -p udp -m mark ! --mark 0x12 -j DROP',
          '-A FORWARD -i ry -p tcp -m connmark ! --mark 0x4 -j DROP',
          '-A FORWARD -i ry -p tcp -m mark --mark 0x34 -j DROP',
        ),
    },
  }),
  [
    ['restored on the answer', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['saved under masks', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'the virtual states',
  routed({
    r: {
      iptables:
        table('nat', '-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2', '-A POSTROUTING -o ry -p tcp -j MASQUERADE') +
        filter(
          ':FORWARD DROP [0:0]',
          '-A FORWARD -i rx -m conntrack --ctstate DNAT -j ACCEPT',
          '-A FORWARD -i ry -p tcp -m conntrack --ctstate SNAT -j ACCEPT',
          '-A FORWARD -i ry -p udp -m conntrack --ctstate DNAT --ctdir REPLY --ctorigdst 10.7.7.7 -j ACCEPT',
        ),
    },
  }),
  [
    ['translated, there and back', 'x udp 10.7.7.7:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['both sides translated', 'x tcp 10.7.7.7:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:80'],
    ['not translated', 'x udp 10.9.1.2:9', 'dropped'],
  ],
);

laboratory('a way back that is not the way there', routed({ r: { iptables: filter('-A INPUT -m conntrack --ctstate INVALID -j DROP') } }), [
  ['tracked all the same', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
]);

laboratory(
  'errors about what is translated',
  routed({
    r: {
      legacy:
        '*nat\n-A POSTROUTING -p icmp -j SNAT --to-source 10.9.0.1\n-A OUTPUT -d 10.9.1.9 -j DNAT --to-destination 10.9.1.2\nCOMMIT\n*raw\n-A OUTPUT -p udp -j CT --zone-orig 4\nCOMMIT\n',
      routes: ['10.7.7.0/24 dev rx'],
    },
  }),
  [
    ['an echo that nobody gets', 'y icmp 10.7.7.7', 'rejected icmp-3/1 from 10.9.0.1'],
    ['one direction in a zone of its own', 'r udp 10.9.1.9:81', 'rejected icmp-3/3 from 10.9.1.9'],
  ],
);
