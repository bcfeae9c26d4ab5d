import { describeApi } from '../../../app/routes/gateway/api-description.ts'
import type { ApiDocument } from '../../../app/routes/mcp/api-document.ts'
import { type ToolBook, toolBook } from '../../../app/routes/mcp/tools.ts'
import type { accessStage, CallOptions } from '../../http/access-stage.ts'
import { greeter, stageApp } from '../openai/stage.ts'

/** The tools of the app as it is, and the document they are made of. */
export function stagedTools(env: Record<string, string> = {}): {
  document: ApiDocument
  book: ToolBook
} {
  const { app } = stageApp(greeter().chat, env)
  const document = JSON.parse(JSON.stringify(describeApi(app))) as ApiDocument
  return { document, book: toolBook(document, app.facts.config) }
}

type Stage = ReturnType<typeof accessStage>

const HEADERS = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
}

/** Messages of clients of revision 2025-11-25, by hand. */
export function legacyClient(call: Stage['call'], key?: string) {
  let id = 0
  const send = async (message: object, headers: Record<string, string> = {}) => {
    const options: CallOptions = {
      body: { jsonrpc: '2.0', ...message },
      headers: { ...HEADERS, ...headers },
    }
    const answer = await call('/mcp', key === undefined ? options : { ...options, key })
    return { ...answer, message: messageIn(answer.text) }
  }
  return {
    send,
    ask: (method: string, params: object = {}, headers: Record<string, string> = {}) =>
      send({ id: ++id, method, params }, headers),
    initialize: (headers: Record<string, string> = {}) =>
      send(
        {
          id: ++id,
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'test', version: '1' },
          },
        },
        headers,
      ),
  }
}

/** The last message of an answer, as JSON or as events. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
function messageIn(text: string): any {
  const last = text.startsWith('{')
    ? text
    : text
        .split('\n')
        .filter((line) => line.startsWith('data: {'))
        .at(-1)
        ?.slice('data: '.length)
  return last === undefined ? undefined : JSON.parse(last)
}

export const chatting = (text: string, more: object = {}) => ({
  name: 'openai_chat_completion',
  arguments: { model: 'embedded-chat', messages: [{ role: 'user', content: text }], ...more },
})
