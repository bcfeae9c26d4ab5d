import type { OpenaiChat } from '../../dialects/openai-chat/index.ts'
import type { Surface } from '../../http/surface.ts'
import { withDetails } from './error-details.ts'

/** What all of OpenAI's routes have in common. */
export const openaiManner = ({ server }: OpenaiChat): Omit<Surface, 'endpoints'> => ({
  name: 'openai',
  prefixes: ['/v1/'],
  voice: withDetails(server),
  answerHeaders,
})

/** As OpenAI's servers tell of themselves: https://platform.openai.com/docs/api-reference/debugging-requests */
function answerHeaders(
  milliseconds: number,
  header: ((name: string) => string | undefined) | undefined,
): Record<string, string> {
  const organization = header?.('openai-organization')
  return {
    'openai-version': '2020-10-01',
    'openai-processing-ms': String(Math.round(milliseconds)),
    ...(organization && ORGANIZATION.test(organization) && { 'openai-organization': organization }),
  }
}

/** What may be repeated in a header. */
const ORGANIZATION = /^[\w.-]{1,100}$/
