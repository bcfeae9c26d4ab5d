import type { ToolResultPart } from '../../conversation/conversation.ts'
import type { ToolCallHead } from '../../conversation/events.ts'
import {
  about,
  addItem,
  event,
  type ItemStream,
  type OpenPart,
  replaceItem,
} from './item-stream.ts'
import { codeOf, interpreterItem, searchItem } from './output-items.ts'

const SEARCH = 'response.web_search_call'
const INTERPRETER = 'response.code_interpreter_call'

/** What a search found is known at its end. */
const NO_SOURCES = { sources: false }

/** A tool that the model's platform runs by itself: a search of the web, or code. */
export function openPlatformRun(
  stream: ItemStream,
  index: number,
  { id: callId, name }: Pick<ToolCallHead, 'id' | 'name'>,
): string {
  const runsCode = stream.manner.interpreters.has(name)
  const { opened, text } = addItem(stream, runsCode ? 'ci_' : 'ws_', (id) =>
    runsCode
      ? interpreterItem(id, { written: '', status: 'in_progress' })
      : searchItem(id, { written: '', status: 'in_progress' }, NO_SOURCES),
  )
  opened.running++
  stream.parts.set(index, { kind: 'platform', owner: opened, text: '', callId, runsCode })
  return text + event(stream, `${runsCode ? INTERPRETER : SEARCH}.in_progress`, about(opened))
}

/** What is to be run is known; it is running until its result comes or the answer ends. */
export function endPlatformCall(
  stream: ItemStream,
  { owner, text: written, callId, runsCode }: Extract<OpenPart, { kind: 'platform' }>,
): string {
  stream.running.set(callId, Object.assign(owner, { written, runsCode }))
  if (!runsCode) return event(stream, `${SEARCH}.searching`, about(owner))
  const code = JSON.stringify(codeOf(written))
  const place = about(owner)
  return (
    event(stream, `${INTERPRETER}_code.delta`, `${place},"delta":${code}`) +
    event(stream, `${INTERPRETER}_code.done`, `${place},"code":${code}`) +
    event(stream, `${INTERPRETER}.interpreting`, place)
  )
}

export function endPlatformRun(stream: ItemStream, result: ToolResultPart): string {
  return endRun(stream, result.callId, result)
}

/** Runs nobody heard the result of are over when the answer is. */
export function endPlatformRuns(stream: ItemStream): string {
  let text = ''
  for (const callId of [...stream.running.keys()]) text += endRun(stream, callId)
  return text
}

function endRun(stream: ItemStream, callId: string, result?: ToolResultPart): string {
  const run = stream.running.get(callId)
  if (!run) return ''
  stream.running.delete(callId)
  run.running--
  const { id, written, runsCode } = run
  const done = { written, result, status: 'completed' }
  const item = runsCode ? interpreterItem(id, done) : searchItem(id, done, stream.manner)
  replaceItem(stream, run, item)
  return event(stream, `${runsCode ? INTERPRETER : SEARCH}.completed`, about(run))
}
