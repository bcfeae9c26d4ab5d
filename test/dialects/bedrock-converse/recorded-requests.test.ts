import { describe, expect, it } from 'vitest'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import { converseRequest } from '../../../app/dialects/bedrock-converse/request-schema.ts'
import type { ConverseRequest } from '../../../app/dialects/bedrock-converse/wire.ts'
import type { ModelTraits } from '../../../app/ports/models.ts'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'
import { card } from './cards.ts'
import { normalForm } from './normal-form.ts'

const { client, server } = bedrockConverse

/** Recorded requests that do not come back as they were, each with the rule that changed it. */
const CHANGED: Record<string, string> = {
  'aws/Converse/us.amazon.nova-pro-v1-0__video-url-input-1-a73f07.json':
    'the client wrote the media type "video/mp4" for the format; we write "mp4"',
  'aws/ConverseStream/amazon.titan-text-express-v1__guardrail-converse-stream-0-132909.json':
    'two user messages in a row become one, for most models want roles to take turns (T22)',
}

/** How the model of a recording is asked to think, as its own request shows, and where its top-k goes. */
function traitsOf(body: ConverseRequest): ModelTraits {
  const fields = body.additionalModelRequestFields ?? {}
  const thinking = fields['thinking'] as { type?: string } | undefined
  const native = { topK: 'inferenceConfig' in fields ? 'inferenceConfig.topK' : 'top_k' }
  if (thinking?.type === 'adaptive') return { reasoning: 'claude-adaptive', nativeSettings: native }
  if (thinking) return { reasoning: 'claude-budget', nativeSettings: native }
  if (fields['reasoning_config']) return { reasoning: 'config-effort', nativeSettings: native }
  return { nativeSettings: native }
}

function bodyOf({ request, operation }: Recording) {
  return { ...(request.body as object), stream: operation === 'ConverseStream' }
}

describe.skipIf(!sharedRoot())('recorded requests', () => {
  const all = ['aws/Converse', 'aws/ConverseStream'].flatMap(recordings)
  const asked = all.filter(({ request }) => request.body)

  it.each(asked.map((recording) => [recording.file, recording] as const))(
    'come back as they were: %s',
    (file, recording) => {
      const body = recording.request.body as ConverseRequest
      const heard = converseRequest.parse(bodyOf(recording))
      const conversation = server.decodeRequest(heard)
      const { body: again, ignored } = client.encodeRequest(conversation, card(traitsOf(body)))
      const same = JSON.stringify(normalForm(again)) === JSON.stringify(normalForm(body))
      if (CHANGED[file]) {
        expect(same).toBe(false)
        return
      }
      expect(normalForm(again)).toEqual(normalForm(body))
      expect(ignored).toEqual([])
    },
  )
})
