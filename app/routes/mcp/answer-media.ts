import { sniffBase64 } from '../../codecs/media/media-type.ts'

/** Something to look at or to listen to that an answer held as base64. */
interface AnswerMedia {
  type: 'image' | 'audio'
  data: string
  mimeType: string
}

interface Holder {
  [member: string]: unknown
}

/** Where media stand in an object: the member that holds the base64, and what it is said to be. */
const PLACES: readonly ((holder: Holder) => Place | undefined)[] = [
  // OpenAI's images.
  (holder) => place(holder, 'b64_json', 'image'),
  // Pictures that Responses drew.
  (holder) =>
    holder['type'] === 'image_generation_call' ? place(holder, 'result', 'image') : undefined,
  // Sound of chat completions.
  (holder) => ('transcript' in holder ? place(holder, 'data', 'audio') : undefined),
  // Anthropic's sources, and Bedrock's.
  ({ type, media_type: claim, ...holder }) =>
    type === 'base64' && String(claim).startsWith('image/')
      ? place(holder, 'data', 'image', String(claim))
      : undefined,
]

interface Place {
  member: string
  media: AnswerMedia
}

function place(
  holder: Holder,
  member: string,
  ...[type, claim]: [type: AnswerMedia['type'], claim?: string]
): Place | undefined {
  const data = holder[member]
  if (typeof data !== 'string' || data === '') return undefined
  const mimeType = sniffBase64(data, claim) ?? (type === 'image' ? 'image/png' : 'audio/pcm')
  return { member, media: { type, data, mimeType } }
}

/** An answer without its media, and these: they are shown, and not written a second time. */
export function liftMedia(answer: unknown): { rest: unknown; media: AnswerMedia[] } {
  const media: AnswerMedia[] = []
  const lifted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(lifted)
    if (typeof value !== 'object' || value === null) return value
    const holder = value as Holder
    const found = PLACES.map((look) => look(holder)).find((one) => one !== undefined)
    if (found) media.push(found.media)
    const kept = Object.entries(holder).filter(([name]) => name !== found?.member)
    return Object.fromEntries(kept.map(([name, one]) => [name, lifted(one)]))
  }
  return { rest: lifted(answer), media }
}
