import type { Node } from '@skoop/core';

/** The ECS instance that a node is. */
export interface EcsId {
  readonly region: string;
  readonly instance: string;
}

/**
 * `cn-hangzhou.i-bp1abc`, as Aliyun's controller writes it, or the same behind `alicloud://`. `undefined` for a node that is no instance of ECS:
 * a hybrid one (`ack-hybrid://`), a virtual one, one without a `spec.providerID`.
 */
function ecsIdOf(providerID: string): EcsId | undefined {
  const found = /^(?:alicloud:\/\/)?(?<region>[a-z]{2,}(?:-[a-z0-9]+)+)\.(?<instance>i-[a-z0-9]+)$/.exec(providerID)?.groups;
  const { region, instance } = found ?? {};
  return region === undefined || instance === undefined ? undefined : { region, instance };
}

export function ecsIdOfNode(node: Node): EcsId | undefined {
  return ecsIdOf(node.spec.providerID);
}
