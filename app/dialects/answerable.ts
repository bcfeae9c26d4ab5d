import type { Conversation, Settings } from '../conversation/conversation.ts'
import { GatewayError } from '../errors.ts'

/** What an answer of a format has room for. */
interface Room {
  /** As the caller knows it: Claude, Titan. */
  format: string
  /** More than one answer to a request. */
  choices: boolean
}

/** Settings that only show in members that answers of OpenAI's alone have. */
const UNSEEN = { logprobs: 'logprobs', topLogprobs: 'top_logprobs' } as const satisfies Partial<
  Record<keyof Settings, string>
>

/**
 * A conversation that was heard in another dialect, as an answer of this format can serve it. What would only
 * not be seen in it is left out and named as ignored; several answers, spoken ones and such as are to be
 * kept are refused. Throws `GatewayError` naming the field.
 */
export function answerableIn({ format, choices }: Room, asked: Conversation): Conversation {
  const refused = (param: string) =>
    new GatewayError(
      'unsupported-parameter',
      `An answer in the format of ${format} has no room for it: '${param}' needs target_format=openai.`,
      { param },
    )
  if (!choices && (asked.choices ?? 1) > 1) throw refused('n')
  if (asked.audio) throw refused('modalities')
  if (asked.store) throw refused('store')
  const unseen = Object.entries(UNSEEN).filter(([name]) => asked.settings[name as keyof Settings])
  if (unseen.length === 0) return asked
  const settings: Settings = { ...asked.settings, logprobs: undefined, topLogprobs: undefined }
  return {
    ...asked,
    settings,
    ignored: [...(asked.ignored ?? []), ...unseen.map(([, name]) => name)],
  }
}
