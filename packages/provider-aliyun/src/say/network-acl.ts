import type { Evidence, Suspicion } from '@skoop/core';
import { hasPorts } from '@skoop/netstack';
import { text } from '../api/raw.ts';
import type { Edge } from '../infra/check-acl.ts';
import type { Flow } from '../judge/flow.ts';
import type { AclEntry, NetworkAcl } from '../model/network-acl.ts';
import { spokenFlow } from './words.ts';

const on = ({ id }: NetworkAcl) => ({ type: 'network-acl', id });

export function aclDrops(
  { region, vSwitch, direction, isInside }: Edge,
  acl: NetworkAcl,
  flow: Flow,
  entry: AclEntry | undefined,
): Suspicion {
  const way = direction === 'ingress' ? 'into' : 'out of';
  const decides = entry === undefined ? `none of its ${direction} entries fits` : `${spoken(entry)} drops it`;
  const inside = isInside ? ' (packets inside of one vSwitch are said not to be filtered)' : '';
  // An answer goes to a port that the client's kernel chose.
  const ports = hasPorts(flow.protocol) && flow.dport >= 1024 ? '; an answer goes to a port that the client chose: open 1024/65535' : '';
  return {
    code: 'ALIYUN_NETWORK_ACL',
    level: 'FATAL',
    on: on(acl),
    message: `Network ACL ${acl.id} lets ${spokenFlow(flow)} not ${way} vSwitch ${vSwitch.id}: ${decides}${inside}`,
    evidence: entry === undefined ? [whole(acl, direction)] : [evidence(acl, entry)],
    remedy: `In the console, under VPC > Network ACLs > ${acl.id} (${region}), ${direction === 'ingress' ? 'Inbound' : 'Outbound'} Rules: add an entry that accepts it above the one that drops it${ports}.`,
  };
}

export function aclUnclear({ vSwitch, direction }: Edge, acl: NetworkAcl, flow: Flow, entry: AclEntry, what: string): Suspicion {
  return {
    code: 'ALIYUN_NETWORK_ACL_UNCLEAR',
    level: 'WARNING',
    on: on(acl),
    message: `Whether network ACL ${acl.id} lets ${spokenFlow(flow)} ${direction === 'ingress' ? 'into' : 'out of'} vSwitch ${vSwitch.id} can't be told: ${spoken(entry)} decides, and ${what} can't be read`,
    evidence: [evidence(acl, entry)],
    remedy: `aliyun vpc DescribeNetworkAclAttributes --NetworkAclId ${acl.id}`,
  };
}

export function aclChanging(acl: NetworkAcl): Suspicion {
  return {
    code: 'ALIYUN_NETWORK_ACL_CHANGING',
    level: 'INFO',
    on: on(acl),
    message: `Network ACL ${acl.id} is being changed (${acl.status}): it was judged by what it says now`,
    evidence: [{ object: { kind: 'NetworkAcl', name: acl.id }, path: '/NetworkAclAttribute/Status', value: acl.status }],
    remedy: '',
  };
}

function spoken({ id, policy, raw }: AclEntry): string {
  const what = [text(raw, 'Protocol'), text(raw, 'SourceCidrIp') || text(raw, 'DestinationCidrIp'), text(raw, 'Port')].join(' ');
  return `entry ${id === '' ? '' : `${id} `}(${what}, ${policy})`;
}

function evidence(acl: NetworkAcl, entry: AclEntry): Evidence {
  return { object: { kind: 'NetworkAcl', name: acl.id }, path: entry.path, value: entry.raw };
}

function whole(acl: NetworkAcl, direction: 'ingress' | 'egress'): Evidence {
  const name = direction === 'ingress' ? 'IngressAclEntries' : 'EgressAclEntries';
  return {
    object: { kind: 'NetworkAcl', name: acl.id },
    path: `/NetworkAclAttribute/${name}`,
    value: acl[direction].map(({ raw }) => raw),
  };
}
