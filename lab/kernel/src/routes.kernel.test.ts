import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();

laboratory('two subnets and a router', routed(), [
  ['a connection is forwarded', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ['a datagram is forwarded', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
  ['an echo is answered', 'x icmp 10.9.1.2', 'delivered'],
  ['a mark ends at the wire', 'x udp 10.9.1.2:9 mark 7', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
  ['a port that nobody listens on resets', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
  ['a port that nobody reads is unreachable', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.1.2'],
  ['a next hop that nobody has', 'x udp 10.9.1.77:9', 'rejected icmp-3/1 from 10.9.0.1'],
  ['an on-link address that nobody has', 'x tcp 10.9.0.77:80', 'rejected errno-EHOSTUNREACH'],
  ['no route at the router', 'x tcp 10.8.0.1:80', 'rejected icmp-3/0 from 10.9.0.1'],
  ['no route at the sender', 'r tcp 10.8.0.1:80', 'rejected errno-ENETUNREACH'],
  ['the router itself is asked by its far address', 'x tcp 10.9.1.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.1.1:80'],
  ['the router asks itself', 'r udp 10.9.1.1:9 mark 7', 'delivered r<-10.9.1.1:40000 at 10.9.1.1:9 mark 0x7'],
  ['the router asks itself by loopback', 'r tcp 127.0.0.1:80', 'delivered r<-127.0.0.1:40000 at 127.0.0.1:80'],
  ['the last hop but one', 'x udp 10.9.1.2:9 ttl 1', 'rejected icmp-11/0 from 10.9.0.1'],
  ['a TTL that is just enough', 'x udp 10.9.1.2:9 ttl 2', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
  ['a source that is not of the sender', 'x udp 10.9.1.2:9 src 10.9.0.2 sport 600', 'delivered y<-10.9.0.2:600 at 10.9.1.2:9'],
]);

laboratory(
  'types of routes and of rules (T26)',
  routed({
    r: {
      routes: ['unreachable 20.0.1.0/24', 'blackhole 20.0.2.0/24', 'prohibit 20.0.3.0/24', 'throw 20.0.4.0/24', 'default via 10.9.1.2'],
      rules: ['to 20.0.0.0/24 unreachable', 'to 20.0.5.0/24 prohibit', 'to 20.0.6.0/24 blackhole'],
    },
  }),
  [
    ['a rule says unreachable, to the sender', 'r udp 20.0.0.1:9', 'rejected errno-ENETUNREACH'],
    ['a rule says prohibit, to the sender', 'r udp 20.0.5.1:9', 'rejected errno-EACCES'],
    ['a rule says blackhole, to the sender', 'r udp 20.0.6.1:9', 'rejected errno-EINVAL'],
    ['unreachable, to the sender', 'r tcp 20.0.1.1:80', 'rejected errno-EHOSTUNREACH'],
    ['blackhole, to the sender', 'r tcp 20.0.2.1:80', 'rejected errno-EINVAL'],
    ['prohibit, to the sender', 'r tcp 20.0.3.1:80', 'rejected errno-EACCES'],
    ['throw ends the search in this table, default route or not', 'r tcp 20.0.4.1:80', 'rejected errno-ENETUNREACH'],
    ['a rule says unreachable, forwarded', 'x udp 20.0.0.1:9', 'rejected icmp-3/0 from 10.9.0.1'],
    ['a rule says blackhole, forwarded', 'x udp 20.0.6.1:9', 'dropped'],
    ['unreachable, forwarded', 'x udp 20.0.1.1:9', 'rejected icmp-3/1 from 10.9.0.1'],
    ['blackhole, forwarded', 'x udp 20.0.2.1:9', 'dropped'],
    ['prohibit, forwarded', 'x tcp 20.0.3.1:80', 'rejected icmp-3/13 from 10.9.0.1'],
    ['throw, forwarded', 'x udp 20.0.4.1:9', 'rejected icmp-3/0 from 10.9.0.1'],
  ],
);

laboratory(
  'until there is a rule, tables local and main are one',
  routed({
    r: {
      routes: ['local 20.0.0.0/8 dev lo', '20.0.1.0/24 via 10.9.1.2'],
      legacy:
        '*filter\n-A FORWARD -p tcp -m addrtype --dst-type LOCAL -j REJECT\n-A INPUT -p tcp -m addrtype --dst-type UNICAST -j REJECT\nCOMMIT\n',
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.0.1.1/32'] }] },
  }),
  [
    ['the longer prefix of table main wins', 'x tcp 20.0.1.1:80', 'delivered y<-10.9.0.2:40000 at 20.0.1.1:80'],
    ['the shorter one of table local', 'x tcp 20.0.2.1:80', 'delivered r<-10.9.0.2:40000 at 20.0.2.1:80'],
    [
      'with a rule of its own table local is asked first',
      'x tcp 20.0.1.1:80',
      'delivered r<-10.9.0.2:40000 at 20.0.1.1:80',
      { change: { r: 'ip rule add fwmark 99 lookup 99' } },
    ],
  ],
);
