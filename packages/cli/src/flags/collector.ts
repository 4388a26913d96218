import { type Flag, under } from './flag.ts';

/** KubeSkoop's, for the short-lived pod that reads a node. */
export const COLLECTOR: readonly Flag[] = under('Collector', [
  {
    name: 'collector-image',
    type: 'string',
    placeholder: 'IMAGE',
    description: "Image of the collector's pod; needs a shell, ip, iptables and ss.",
  },
  {
    name: 'collector-image-pull-policy',
    type: 'string',
    options: ['Always', 'IfNotPresent', 'Never'],
    default: 'IfNotPresent',
    description: "Pull policy of the collector's image.",
  },
  {
    name: 'collector-namespace',
    type: 'string',
    placeholder: 'NAME',
    default: 'skoop',
    description: "Namespace of the collector's pods; made where it is missing.",
  },
  {
    name: 'collector-pod-wait-interval',
    type: 'string',
    placeholder: 'DURATION',
    default: '2s',
    description: 'How often a pod is looked at while it starts, where it can not be watched.',
  },
  {
    name: 'collector-pod-wait-timeout',
    type: 'string',
    placeholder: 'DURATION',
    default: '30s',
    description: 'How long a pod may take to start; never beyond --timeout.',
  },
  {
    name: 'preserve-collector-pod',
    type: 'boolean',
    description: 'Leave the pods in place, to look at them; `skoop cleanup` removes them.',
  },
  {
    name: 'collector-cri-address',
    type: 'string',
    placeholder: 'ADDRESS',
    hidden: true,
    description: 'Accepted, no effect: no runtime API is used.',
  },
]);
