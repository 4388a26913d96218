/** What kind of thing a packet passes. A provider may add its own kinds (a gateway, a balancer), told apart by name. */
export type NetNodeType = 'pod' | 'node' | 'service' | 'external' | 'loadbalancer' | (string & {});

/** Names a network node: `{ type: 'pod', id: 'default/web-1' }`, `{ type: 'node', id: 'node1' }`. */
export interface NetNodeRef {
  readonly type: NetNodeType;
  readonly id: string;
}

/** A station on a packet's way, as drawn. */
export interface NetNode extends NetNodeRef {
  /** A second line under the name: an address, a resource's id. */
  readonly label?: string;
}
