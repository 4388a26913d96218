import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const unknown = { unknown: true } as const;

laboratory(
  'targets that the model does not know',
  routed({
    r: {
      legacy:
        '*mangle\n-A PREROUTING -p tcp --dport 80 -j TPROXY --on-port 15001 --tproxy-mark 1\nCOMMIT\n*filter\n-A FORWARD -p udp --dport 9 -j NFQUEUE\n-A FORWARD -p udp --dport 10 -j NFQUEUE --queue-bypass\n-A FORWARD -p udp --dport 10 -j DROP\nCOMMIT\n',
    },
  }),
  [
    ['T40: TPROXY without its socket drops', 'x tcp 10.9.1.2:80', 'dropped'],
    ['T41: NFQUEUE that nobody reads drops', 'x udp 10.9.1.2:9', 'dropped', unknown],
    ['T41: with bypass it accepts', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.1.2', unknown],
    ['what they do not fit goes on', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
  ],
);
