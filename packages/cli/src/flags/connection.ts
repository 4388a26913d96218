import { type Flag, under } from './flag.ts';

/** kubectl's own, with kubectl's meaning. */
export const CONNECTION: readonly Flag[] = under('Connection', [
  {
    name: 'kubeconfig',
    type: 'string',
    placeholder: 'FILE',
    description: 'Kubeconfig file. Without it: $KUBECONFIG, ~/.kube/config, or the pod that skoop runs in.',
  },
  { name: 'kube-config', type: 'string', placeholder: 'FILE', hidden: true, description: 'The same as --kubeconfig.' },
  { name: 'context', type: 'string', placeholder: 'NAME', description: 'Context of the kubeconfig to use.' },
  { name: 'cluster', type: 'string', placeholder: 'NAME', description: 'Cluster of the kubeconfig to use.' },
  { name: 'user', type: 'string', placeholder: 'NAME', description: 'User of the kubeconfig to use.' },
  { name: 'as', type: 'string', placeholder: 'USER', description: 'User to impersonate.' },
  { name: 'as-group', type: 'string-list', placeholder: 'GROUP', description: 'Group to impersonate; may be given several times.' },
  { name: 'request-timeout', type: 'string', placeholder: 'DURATION', description: 'For a single request to the API server; 0 for none.' },
]);

export const NAMESPACE: Flag = {
  name: 'namespace',
  char: 'n',
  type: 'string',
  placeholder: 'NAME',
  heading: 'Connection',
  description: "Namespace of names that give none. Without it: the context's.",
};
