/** What a caller may use. Absent members allow everything; patterns are exact names or globs of `*` and `?`. */
export interface Permissions {
  models?: readonly string[]
  deniedModels?: readonly string[]
  /** Paths of routes: `/v1/chat/completions`, `/v1/files*`. */
  endpoints?: readonly string[]
  deniedEndpoints?: readonly string[]
}

/** What a caller gets of the gateway. Absent members have no bound beyond the configured defaults. */
export interface CallerLimits {
  requestsPerMinute?: number
  tokensPerMinute?: number
  /** Requests that run at the same time. */
  concurrent?: number
}

/** US dollars. */
export interface Budget {
  day?: number
  month?: number
}

/** As whom AWS is asked for a caller, where it is not as ourselves. */
export interface AwsIdentity {
  roleArn?: string
  externalId?: string
  /** Id of a model -> ARN of the application inference profile that stands for it. */
  profiles?: Readonly<Record<string, string>>
}

/** Who asks, once it is proven. */
export interface CallerIdentity {
  /** Whose stored things are theirs: the tenant, or the key of a caller without one. */
  owner: string
  tenant?: string
  /** Of the key or principal that proved it; limits, budgets and usage are counted by it. Never the key itself. */
  keyId: string
  name?: string
  /** May manage keys and see what everybody used. */
  admin?: boolean
  permissions?: Permissions
  limits?: CallerLimits
  budget?: Budget
  aws?: AwsIdentity
  /** The operator's words for the books: cost centre, team. */
  tags?: Readonly<Record<string, string>>
}

/** Whoever asks a server that knows no keys, or one key alone. */
export const SOLE_CALLER: CallerIdentity = { owner: 'default', keyId: 'default' }
