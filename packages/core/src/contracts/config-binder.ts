import type { Result } from './result.ts';

/** A flag that a plugin declares. The same name is its key in the configuration file and, as SKOOP_FLAG_NAME, its environment variable. */
export interface FlagSpec {
  /** `acme-region`, without dashes in front; begins with the plugin's name. */
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'string-list';
  readonly description: string;
  readonly default?: string | boolean | number | readonly string[];
  /** The values that are allowed, where they are few. */
  readonly options?: readonly string[];
  /** A further environment variable that users of the thing expect (`ALIBABA_CLOUD_ACCESS_KEY_ID`). */
  readonly env?: string;
  /** Never shown: redacted in logs, reports and snapshots. */
  readonly secret?: boolean;
  /** Left out of `--help`. */
  readonly hidden?: boolean;
}

export type FlagValue = string | boolean | number | readonly string[] | undefined;

/** The values of a binder's own flags, by name, after flag, environment, file and default were looked at in that order. */
export type FlagValues = Readonly<Record<string, FlagValue>>;

export interface ConfigError {
  /** The flag that is wrong. */
  readonly flag: string;
  /** What is wrong with it and what would be right. */
  readonly message: string;
}

/** Collects what {@link ConfigBinder.bindFlags} declares. */
export interface FlagSet {
  add(flag: FlagSpec): void;
}

/** Declares a plugin's flags under a heading of `--help`, and turns their values into what the plugin works with. */
export interface ConfigBinder<C> {
  /** Unique among the plugins: the key under which `ctx.config` finds the value again. */
  readonly name: string;
  /** `Aliyun provider`. */
  readonly heading: string;
  bindFlags(flags: FlagSet): void;
  parse(values: FlagValues): Result<C, readonly ConfigError[]>;
}
