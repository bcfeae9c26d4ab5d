import { environment } from '../../app/config.ts'

type Environment = Record<string, string | undefined>

/** What Lambda tells of one invocation. */
export interface LambdaEnv {
  context: { getRemainingTimeInMillis(): number }
}

/**
 * Bytes of the largest content that is sent through a function: an answer that streams may have 200 MB in all
 * (developer guide, configuration-response-streaming).
 */
export const LARGEST_ANSWER = 199_000_000

/** Milliseconds kept for saying that time is over. */
const FAREWELL = 1000
/** How often each limit may pass before the caller is told: S3 is asked three times. */
const LIMITS = {
  FIRST_TOKEN_TIMEOUT: 1,
  AI_RESPONSE_TIMEOUT: 1,
  AUDIO_JOB_TIMEOUT: 1,
  TOTAL_TIMEOUT: 1,
  INPUT_URL_TIMEOUT: 1,
  AWS_S3_TIMEOUT: 3,
} as const

/**
 * The environment with limits that end before the function does. Lambda does not tell when a caller
 * leaves and cuts an answer without a word when its time is over, so our own limits must come first.
 */
export function withinInvocation(env: Environment, { context }: LambdaEnv): Environment {
  const remaining = context.getRemainingTimeInMillis()
  const ours = Math.max(remaining - FAREWELL, remaining / 2) / 1000
  const names = Object.keys(LIMITS) as (keyof typeof LIMITS)[]
  const bounded = names.map((name) => {
    const asked = env[name]?.trim() || String(environment.shape[name].parse(undefined))
    const most = ours / LIMITS[name]
    return [name, Number(asked) > most ? String(most) : asked]
  })
  return { ...env, ...Object.fromEntries(bounded) }
}
