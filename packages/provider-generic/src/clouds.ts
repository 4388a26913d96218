import type { Node } from '@skoop/core';

/** A cloud as a node's `spec.providerID` names it. */
export interface Cloud {
  readonly name: string;
  /** skoop's package for it, where there is one. */
  readonly package: string | undefined;
}

/**
 * Prefixes and forms that the clouds' controllers write: `aws:///eu-west-1a/i-0abc`, `gce://project/zone/name`,
 * Alibaba Cloud's `cn-hangzhou.i-bp1abc` (its controller has no scheme) or `alicloud://`.
 * What names no cloud with a network of its own (`kind://`, `k3s://`, `minikube`) is not here.
 */
const CLOUDS: readonly (readonly [form: RegExp, cloud: Cloud])[] = [
  [/^(?:alicloud:\/\/|[a-z]{2,}(?:-[a-z0-9]+)+\.(?:i|eci)-)/, { name: 'Alibaba Cloud', package: '@skoop/provider-aliyun' }],
  [/^aws:\/\//, { name: 'Amazon Web Services', package: '@skoop/provider-aws' }],
  [/^gce:\/\//, { name: 'Google Cloud', package: undefined }],
  [/^azure:\/\//, { name: 'Microsoft Azure', package: undefined }],
  [/^openstack:\/\//, { name: 'OpenStack', package: undefined }],
  [/^digitalocean:\/\//, { name: 'DigitalOcean', package: undefined }],
  [/^hcloud:\/\//, { name: 'Hetzner Cloud', package: undefined }],
  [/^ibm:\/\//, { name: 'IBM Cloud', package: undefined }],
  [/^(?:oci:\/\/|ocid1\.instance\.)/, { name: 'Oracle Cloud', package: undefined }],
  [/^qcloud:\/\//, { name: 'Tencent Cloud', package: undefined }],
  [/^scaleway:\/\//, { name: 'Scaleway', package: undefined }],
  [/^linode:\/\//, { name: 'Akamai (Linode)', package: undefined }],
  [/^vultr:\/\//, { name: 'Vultr', package: undefined }],
];

export function cloudOf(node: Node): Cloud | undefined {
  return CLOUDS.find(([form]) => form.test(node.spec.providerID))?.[1];
}
