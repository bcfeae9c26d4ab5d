import { GatewayError } from '../../errors.ts'

/** What goes wrong with a model that goes wrong on purpose, for people who test their own apps. */
interface Trouble {
  /** Told in the model list. */
  description: string
  /** The error every request gets. */
  refusal?: () => GatewayError
  /** The error a stream breaks off with after half its tokens; `refusal` is then for whole answers. */
  breakage?: () => GatewayError
  /** Milliseconds of silence before the answer. */
  silence?: number
  tokensPerSecond?: number
}

const RETRY_AFTER = 2

/** By model name. */
const TROUBLES: ReadonlyMap<string, Trouble> = new Map([
  [
    'embedded-throttled',
    {
      description: `Always answers 429 with retry-after ${RETRY_AFTER}.`,
      refusal: () =>
        new GatewayError('rate-limit', 'Too many requests: embedded-throttled always says so.', {
          retryAfter: RETRY_AFTER,
        }),
    },
  ],
  [
    'embedded-overloaded',
    {
      description: 'Always answers 503.',
      refusal: () =>
        new GatewayError('overloaded', 'Overloaded: embedded-overloaded always says so.'),
    },
  ],
  [
    'embedded-slow',
    {
      description: 'Keeps silent for 20 seconds, then says 2 tokens a second.',
      silence: 20_000,
      tokensPerSecond: 2,
    },
  ],
  [
    'embedded-broken-stream',
    {
      description: 'Breaks off in the middle of a stream; whole answers are 502.',
      refusal: () =>
        new GatewayError('upstream', 'The model failed: embedded-broken-stream always does.'),
      breakage: () =>
        new GatewayError(
          'stream-incomplete',
          'The stream broke: embedded-broken-stream always does.',
        ),
    },
  ],
])

/** Not in the list, and no name finds it: every request for it is answered 404. */
const MISSING = 'embedded-missing'

export function troubleOf(name: string): Trouble | undefined {
  return TROUBLES.get(name)
}

export function troubleNames(): string[] {
  return [...TROUBLES.keys()]
}

export function isMissing(name: string): boolean {
  return name === MISSING
}
