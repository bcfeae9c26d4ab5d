import type { Call } from '../../../ports/call.ts'
import type { AwsCall } from '../call.ts'
import { jsonHeaders } from '../json-protocol.ts'
import { guessLanguage } from './guess-language.ts'

interface Detecting {
  call: AwsCall
  region: string
}

/** Characters that are shown to Comprehend; more would only cost more. */
const LOOKED_AT = 500
/** Milliseconds a speaker waits to hear which language it is. */
const PATIENCE = 2000

/**
 * The language of a text (Comprehend, DetectDominantLanguage), as ISO 639; by a rule of our own where
 * Comprehend cannot be asked. Never rejects.
 */
export async function detectLanguage(
  text: string,
  { call, region }: Detecting,
  { as, signal }: Pick<Call, 'as' | 'signal'>,
): Promise<string | undefined> {
  const asked = {
    service: 'comprehend',
    region,
    method: 'POST',
    path: '/',
    headers: jsonHeaders('Comprehend_20171127.DetectDominantLanguage'),
    body: JSON.stringify({ Text: beginningOf(text) }),
    as,
  } as const
  try {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
    const answer: unknown = JSON.parse(await (await call(asked, ends)).text())
    return dominantOf(answer) ?? guessLanguage(text)
  } catch {
    // Not every account may ask Comprehend, and not every region has it: a voice is found all the same.
    return guessLanguage(text)
  }
}

function beginningOf(text: string): string {
  if (text.length <= LOOKED_AT) return text
  const cut = text.slice(0, LOOKED_AT)
  const space = cut.lastIndexOf(' ')
  return space > LOOKED_AT / 2 ? cut.slice(0, space) : cut
}

function dominantOf(answer: unknown): string | undefined {
  const { Languages } = (answer ?? {}) as { Languages?: unknown }
  if (!Array.isArray(Languages)) return undefined
  let best: { code?: string; score: number } = { score: -1 }
  for (const one of Languages as { LanguageCode?: unknown; Score?: unknown }[]) {
    const score = typeof one?.Score === 'number' ? one.Score : 0
    if (typeof one?.LanguageCode === 'string' && score > best.score) {
      best = { code: one.LanguageCode, score }
    }
  }
  return best.code
}
