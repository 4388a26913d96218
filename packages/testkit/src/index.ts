/** For those who write a provider or a CNI plugin: what their package promises, as tests, and clusters to try it on. */
export { type BinderSample, configBinderContract } from './binder-contract.ts';
export { type ClusterSpec, type NodeSpec, type PodSpec, type ServiceSpec, buildCluster } from './build-cluster.ts';
export { type CniSample, cniPluginContract } from './cni-contract.ts';
export type { ContractTest } from './contract-test.ts';
export { type DiagnoseWith, diagnose, summaryOf } from './diagnose.ts';
export { type Fault, assertFault, whereOf } from './fault.ts';
export { expectGolden } from './golden.ts';
export { type InfraSample, infraShimContract } from './infra-contract.ts';
export { type PackageSamples, packageContract } from './package-contract.ts';
export { type Composed, type ProviderSample, createNetwork, providerContract } from './provider-contract.ts';
export { type Dump, type Item, type Mutable, type RecordedParts, Recording } from './recording.ts';
