import type { Conversation } from '../../conversation/conversation.ts'
import { GatewayError } from '../../errors.ts'
import { answerableIn } from '../answerable.ts'

/**
 * A conversation that was heard in another dialect, as an answer in Titan's form can serve it: that has
 * words alone. Tools the model may call are not offered, and named as ignored; one that must be called is
 * refused. Throws `GatewayError` naming the field.
 */
export function answerable(conversation: Conversation): Conversation {
  const asked = answerableIn({ format: 'Titan', choices: true }, conversation)
  const { toolChoice, tools, ...rest } = asked
  if (toolChoice?.type === 'tool' || toolChoice?.type === 'required') {
    throw new GatewayError(
      'unsupported-parameter',
      'An answer in the format of Titan has words alone, so no tool can be called in it.',
      { param: 'tool_choice' },
    )
  }
  const offered = tools.filter((tool) => tool.type === 'system')
  const wordsOnly = { ...rest, tools: offered }
  if (offered.length === tools.length) return wordsOnly
  return { ...wordsOnly, ignored: [...(asked.ignored ?? []), 'tools'] }
}
