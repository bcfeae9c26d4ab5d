/** How likely tokens were, as chat completions tell it; only what is read. */
export interface ChatLogprobs {
  content?: ChatToken[] | null
}

interface Likelihood {
  token: string
  logprob: number
}

interface ChatToken extends Likelihood {
  top_logprobs?: Likelihood[] | null
}

/** The same in the form completions have for it. */
interface WireLogprobs {
  tokens: string[]
  token_logprobs: number[]
  top_logprobs: Record<string, number>[]
  text_offset: number[]
}

/**
 * Chat's form as the older one. The token that was taken is listed among the likeliest even where it is not one
 * of them, as OpenAI's reference has it; offsets are characters of the answer, `start` before the first token.
 */
export function logprobsOf({ content }: ChatLogprobs, start: number): WireLogprobs {
  const told: WireLogprobs = { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] }
  let offset = start
  for (const { token, logprob, top_logprobs: top } of content ?? []) {
    told.tokens.push(token)
    told.token_logprobs.push(logprob)
    const likely = [...(top ?? []), { token, logprob }]
    told.top_logprobs.push(Object.fromEntries(likely.map((one) => [one.token, one.logprob])))
    told.text_offset.push(offset)
    offset += charactersOf(token)
  }
  return told
}

/** Characters as OpenAI counts them: what takes two units of UTF-16 is one. */
export function charactersOf(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) count -= 1
  }
  return count
}
