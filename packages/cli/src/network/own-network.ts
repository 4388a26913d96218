import type { Network } from '@skoop/core';
import type { Ask } from './answered.ts';

/** A network that a provider did not let core put together: what it throws, and an answer that is none, is said to be the provider's. */
export function ownNetwork(network: Network, ask: Ask): Network {
  return {
    diagnose: (question, src, dst) =>
      ask('diagnose', async () => {
        const answer: Partial<Awaited<ReturnType<Network['diagnose']>>> | undefined = await network.diagnose(question, src, dst);
        if (!Array.isArray(answer?.suspicions) || !Array.isArray(answer.path?.paths))
          throw new TypeError('diagnose gave no answer (suspicions, path)');
        return answer as Awaited<ReturnType<Network['diagnose']>>;
      }),
    ...(typeof network.check === 'function' && {
      check: (scope) =>
        ask('check', async () => {
          const found: unknown = await network.check?.(scope);
          if (!Array.isArray(found)) throw new TypeError('check gave no list of suspicions');
          return found as Awaited<ReturnType<NonNullable<Network['check']>>>;
        }),
    }),
    dispose: () => ask('give back what it holds', () => network.dispose()),
  };
}
