import type { Linger } from '../../../ports/runtime.ts'
import { staleWhileRevalidate } from '../../stale-while-revalidate.ts'
import type { AwsCall } from '../call.ts'
import { shippedVoices } from './data/voices.ts'
import { type PollyVoice, voiceOfWire } from './voice.ts'

export interface VoiceBook {
  /** The voices of a region: what ships until AWS has been asked, which happens behind the first request. */
  known(region: string): readonly PollyVoice[]
  /** What AWS says; what is known where it says nothing. */
  asked(region: string): Promise<readonly PollyVoice[]>
}

/** Seconds a list counts as fresh, and after which one that could not be had is asked for again. */
const FRESH = 24 * 60 * 60
const AGAIN = 5 * 60
const PATIENCE = 10_000
const MOST_PAGES = 20

/** Asks DescribeVoices (Polly, `GET /v1/voices`) of each region once a day. */
export function createVoiceBook(call: AwsCall, linger?: Linger): VoiceBook {
  const regions = new Map<string, ReturnType<typeof cached>>()
  const shipped = shippedVoices()
  const cached = (region: string) =>
    staleWhileRevalidate<readonly PollyVoice[]>(
      async (before) => {
        try {
          return { value: await describeVoices(call, region), seconds: FRESH }
        } catch {
          // Some may speak but not list: what is known serves as well.
          return { value: before ?? shipped, seconds: AGAIN }
        }
      },
      { linger },
    )
  const bookOf = (region: string) => {
    const book = regions.get(region) ?? cached(region)
    regions.set(region, book)
    return book
  }
  return {
    known(region) {
      const book = bookOf(region)
      const known = book.get()
      return known instanceof Promise ? shipped : known
    },
    asked: async (region) => bookOf(region).get(),
  }
}

async function describeVoices(call: AwsCall, region: string): Promise<PollyVoice[]> {
  const voices: PollyVoice[] = []
  let token: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const more = token === undefined ? '' : `&NextToken=${encodeURIComponent(token)}`
    const path = `/v1/voices?IncludeAdditionalLanguageCodes=true${more}`
    const asked = { service: 'polly', region, method: 'GET', path } as const
    const response = await call(asked, AbortSignal.timeout(PATIENCE))
    const { Voices, NextToken } = JSON.parse(await response.text()) as Record<string, unknown>
    for (const one of Array.isArray(Voices) ? Voices : []) {
      const voice = voiceOfWire(one)
      if (voice) voices.push(voice)
    }
    token = typeof NextToken === 'string' && NextToken !== '' ? NextToken : undefined
    if (token === undefined) break
  }
  if (voices.length === 0) throw new Error('Polly listed no voices.')
  return voices
}
