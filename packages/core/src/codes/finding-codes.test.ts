import { expect, test } from '@jest/globals';
import { FINDING_ENTRIES } from './finding-codes.ts';

/** The remedy for a rule that drops. */
function remedy(text: string, chain = 'FORWARD'): string {
  const details: Readonly<Record<string, string>> = { chain, table: 'filter', backend: 'iptables-nft' };
  const evidence = [{ artifact: 'nodes/n1/host/iptables-nft-save', line: 7, text }];
  return FINDING_ENTRIES.NETFILTER_DROP.remedy({ at: 'node n1', of: (name) => details[name] ?? '', text, evidence });
}

// Whoever may write a remark, or name a chain, must not write a command that an administrator pastes into a shell.
test.each<[text: string, chain: string, command: string]>([
  ['-A FORWARD -p tcp -j DROP', 'FORWARD', 'iptables-nft -t filter -D FORWARD -p tcp -j DROP;'],
  ['-A FORWARD -m comment --comment "$(reboot)" -j DROP', 'FORWARD', "-D FORWARD -m comment --comment '$(reboot)' -j DROP;"],
  ['-A $(reboot) -j DROP', '$(reboot)', "-D '$(reboot)' -j DROP;"],
  ['-A FORWARD -m comment --comment "open -j DROP', 'FORWARD', 'iptables -t filter -S FORWARD;'],
])('%s', (text, chain, command) => {
  expect(remedy(text, chain)).toContain(command);
});
