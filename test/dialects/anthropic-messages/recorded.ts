import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Recording, recordings, sharedRoot } from '../../fakes/shared.ts'

export type Json = Record<string, unknown>

const isMessages = ({ request }: Recording) => Array.isArray((request.body as Json)?.['messages'])

/** `@media:<name>;bytes=<n>` stands for the base64 of a file; one that was not kept, for some base64. */
function withMedia<T>(recording: T): T {
  const text = JSON.stringify(recording).replace(
    /@media:([\w.]+);bytes=\d+/g,
    (_, name: string) => {
      const file = join(sharedRoot() ?? '', 'recordings', 'media', name)
      return existsSync(file) ? readFileSync(file).toString('base64') : 'AAAA'
    },
  )
  return JSON.parse(text) as T
}

/** Exchanges with Anthropic's API. */
export const anthropicRecordings = (): Recording[] =>
  recordings('anthropic/anthropic.messages').filter(isMessages).map(withMedia)

/** Exchanges with Claude on Bedrock in the Messages form; older ones spoke of prompts and completions. */
export const bedrockRecordings = (operation: string): Recording[] =>
  recordings(`aws/${operation}`)
    .filter((recording) => recording.modelId.includes('anthropic.') && isMessages(recording))
    .map(withMedia)

export const isAnswer = ({ response }: Recording) => response.status === 200

/** The data of every event in a recorded SSE answer, without pings. */
export function sseEvents(text: string): Json[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => JSON.parse(line.slice('data:'.length)) as Json)
    .filter(({ type }) => type !== 'ping')
}

/** What a client adds up: Anthropic's own SDK builds its final message in this way. */
export function messageOf(events: readonly Json[]): Json {
  let message: Json = {}
  const blocks: Json[] = []
  const json = new Map<number, string>()
  for (const event of events) {
    const index = event['index'] as number
    const block = blocks[index]
    const delta = event['delta'] as Json
    if (event['type'] === 'message_start') message = { ...(event['message'] as Json) }
    if (event['type'] === 'content_block_start')
      blocks[index] = { ...(event['content_block'] as Json) }
    if (event['type'] === 'content_block_delta' && block) {
      if (delta['type'] === 'text_delta') block['text'] = `${block['text']}${delta['text']}`
      if (delta['type'] === 'thinking_delta') {
        block['thinking'] = `${block['thinking']}${delta['thinking']}`
      }
      if (delta['type'] === 'signature_delta') block['signature'] = delta['signature']
      if (delta['type'] === 'citations_delta') {
        block['citations'] = [...((block['citations'] as unknown[]) ?? []), delta['citation']]
      }
      if (delta['type'] === 'input_json_delta') {
        json.set(index, `${json.get(index) ?? ''}${delta['partial_json']}`)
      }
    }
    if (event['type'] === 'message_delta') {
      const { usage, delta: _, type: __, ...beside } = event
      message = {
        ...message,
        ...delta,
        ...beside,
        usage: { ...(message['usage'] as Json), ...(usage as Json) },
      }
    }
  }
  for (const [index, text] of json) {
    if (text !== '') blocks[index]!['input'] = JSON.parse(text)
  }
  return { ...message, content: blocks }
}
